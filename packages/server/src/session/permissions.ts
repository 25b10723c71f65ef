/** What each role may ask of a node. */
import type { ClientBody, Role } from '@rendezvous/protocol';

type Operation = ClientBody['kind'];

const EVERYONE: readonly Operation[] = ['ping', 'status', 'cancel'];
const READER: readonly Operation[] = [...EVERYONE, 'wait'];
const WRITER: readonly Operation[] = [...READER, 'open', 'confirm', 'abort', 'close', 'applied'];
const MONITOR: readonly Operation[] = [...EVERYONE, 'attach', 'watermark', 'close', 'noTrace'];
const PEER: readonly Operation[] = [
  ...EVERYONE,
  'replicate',
  'replicateAck',
  'reportClosed',
  'inquire',
];

const OPERATIONS: Readonly<Record<Role, ReadonlySet<Operation>>> = {
  reader: new Set(READER),
  writer: new Set(WRITER),
  monitor: new Set(MONITOR),
  peer: new Set(PEER),
  admin: new Set([...WRITER, ...MONITOR, ...PEER]),
};

/** Whether a session in this role may do this. HELLO is not an operation of a session. */
export function mayDo(role: Role, operation: Operation): boolean {
  return OPERATIONS[role].has(operation);
}
