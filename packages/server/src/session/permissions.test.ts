import type { ClientBody, Role } from '@rendezvous/protocol';
import { expect, test } from 'vitest';
import { mayDo } from './permissions.js';

type Operation = ClientBody['kind'];

const [no, yes] = [false, true];

/** Every role and every operation: a cell that is missing does not compile. */
const TABLE: Readonly<Record<Operation, Readonly<Record<Role, boolean>>>> = {
  hello: { reader: no, writer: no, monitor: no, peer: no, admin: no },
  ping: { reader: yes, writer: yes, monitor: yes, peer: yes, admin: yes },
  status: { reader: yes, writer: yes, monitor: yes, peer: yes, admin: yes },
  cancel: { reader: yes, writer: yes, monitor: yes, peer: yes, admin: yes },
  wait: { reader: yes, writer: yes, monitor: no, peer: no, admin: yes },
  open: { reader: no, writer: yes, monitor: no, peer: no, admin: yes },
  confirm: { reader: no, writer: yes, monitor: no, peer: no, admin: yes },
  abort: { reader: no, writer: yes, monitor: no, peer: no, admin: yes },
  applied: { reader: no, writer: yes, monitor: no, peer: no, admin: yes },
  close: { reader: no, writer: yes, monitor: yes, peer: no, admin: yes },
  attach: { reader: no, writer: no, monitor: yes, peer: no, admin: yes },
  noTrace: { reader: no, writer: no, monitor: yes, peer: no, admin: yes },
  watermark: { reader: no, writer: no, monitor: yes, peer: no, admin: yes },
  replicate: { reader: no, writer: no, monitor: no, peer: yes, admin: yes },
  replicateAck: { reader: no, writer: no, monitor: no, peer: yes, admin: yes },
  inquire: { reader: no, writer: no, monitor: no, peer: yes, admin: yes },
  reportClosed: { reader: no, writer: no, monitor: no, peer: yes, admin: yes },
};

const cells = Object.entries(TABLE).flatMap(([operation, roles]) =>
  Object.entries(roles).map(([role, allowed]) => ({
    operation: operation as Operation,
    role: role as Role,
    what: allowed ? 'may' : 'may not',
    allowed,
  })),
);

test.each(cells)('$role $what $operation', ({ role, operation, allowed }) => {
  expect(mayDo(role, operation)).toBe(allowed);
});
