import { performance } from 'node:perf_hooks';
import { encodeUlid } from '@rendezvous/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { entry, mintJournal, POSTS } from '../../test/test-node.js';
import { NodeCore } from '../core/node-core.js';
import { createMemoryJournal } from '../journal/memory-journal.js';
import { NodeHost } from './node-host.js';

function startHost(): NodeHost {
  const journal = createMemoryJournal();
  const core = new NodeCore(
    {
      nodeId: 'test',
      namespace: 'default',
      regions: ['us'],
      stores: [POSTS],
      peers: ['eu'],
      journal: journal.recovered,
    },
    performance.now(),
  );
  const host = new NodeHost({
    core,
    journal,
    onFatal: (error) => {
      throw error;
    },
  });
  onTestFinished(() => host.shutdown());
  return host;
}

const batchOf = (fields: object): Parameters<NodeHost['receiveBatch']>[1] => ({
  kind: 'batch',
  journal: mintJournal(),
  from: 0,
  to: 1,
  head: 1,
  entries: [],
  horizon: '',
  aborted: [],
  confirmed: [],
  predecessors: [],
  ...fields,
});

const ridAt = (timeMs: number): string => encodeUlid(timeMs, new Uint8Array(10));

test.each([
  { what: 'a horizon', fields: (rid: string) => ({ horizon: rid }) },
  { what: 'an entry', fields: (rid: string) => ({ entries: [entry(1, { rid })] }) },
])('rule 7: $what of the far future in a peer’s batch is not taken in', ({ fields }) => {
  const host = startHost();
  const { uptimeMs: _, ...before } = host.status();
  for (const rid of [ridAt(Date.now() + 3_600_000), ridAt(2 ** 48 - 1)]) {
    expect(host.receiveBatch('eu', batchOf(fields(rid)))).toBe(false);
  }
  const { uptimeMs: __, ...after } = host.status();
  expect(after).toEqual(before);
  // The clocks of two nodes may differ a little.
  expect(host.receiveBatch('eu', batchOf(fields(ridAt(Date.now() + 300_000))))).toBe(true);
});
