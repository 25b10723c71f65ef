/** The operations that tests of the shell ask of a node. */
import { randomBytes } from 'node:crypto';
import { encodeUlid, type Hello, type Open, type Opened, type Wait } from '@rendezvous/protocol';

export function mintUlid(): string {
  return encodeUlid(Date.now(), randomBytes(10));
}

export function helloOf(fields: Partial<Hello> = {}): Hello {
  return {
    kind: 'hello',
    protocolMin: 1,
    protocolMax: 1,
    namespace: 'default',
    token: '',
    role: 'writer',
    region: 'us',
    agent: 'test',
    ...fields,
  };
}

/** Opens a branch of `posts`. */
export function openOf(fields: Partial<Open> = {}): Open {
  return {
    kind: 'open',
    bid: mintUlid(),
    rid: mintUlid(),
    store: 'posts',
    home: '',
    keys: [],
    position: '1',
    leaseMs: 0,
    marker: '',
    ...fields,
  };
}

/** Waits in us for what was opened. */
export function waitOf({ rid }: Open, opened: Opened, fields: Partial<Wait> = {}): Wait {
  const { journal, sequence } = opened;
  return {
    kind: 'wait',
    coverage: { rids: [rid], everyRid: false, positions: [{ journal, sequence }] },
    region: 'us',
    store: 'posts',
    keys: [],
    timeoutMs: 10_000,
    withPosition: false,
    ...fields,
  };
}
