import { emptyBookmark, encodeBookmark, coverOpen } from '@rendezvous/protocol';
import type { ReadOperation, WriteOperation } from '@rendezvous/protocol';
import { onTestFinished } from 'vitest';
import { createRendezvous } from '../src/index.js';
import type { LogEvent, Rendezvous, RendezvousOptions } from '../src/index.js';
import { JOURNAL, startFakeNode } from './fake-node.js';
import type { FakeNode } from './fake-node.js';

const RID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** The text of a bookmark that covers one open. */
export const BOOKMARK: string = encodeBookmark(
  coverOpen(emptyBookmark('default'), RID, JOURNAL, 7),
);

export interface TestClient {
  readonly node: FakeNode;
  readonly rv: Rendezvous;
  readonly events: readonly LogEvent[];
}

/** A client in region `us` with a fake node of its own; both end with the test. */
export async function startClient(options: RendezvousOptions = {}): Promise<TestClient> {
  const node = await startFakeNode();
  onTestFinished(() => node.shutdown());
  const events: LogEvent[] = [];
  const rv = createRendezvous({
    region: 'us',
    nodes: node.url,
    log: (event) => events.push(event),
    // A busy machine must not look like a node that does not answer.
    openTimeoutMs: 10_000,
    ...options,
  });
  onTestFinished(() => rv.shutdown());
  return { node, rv, events };
}

/** A read that returns how often it was issued. */
export function createRead(changes: Partial<ReadOperation<string>> = {}): ReadOperation<string> {
  let count = 0;
  return {
    fromPrimary: false,
    repeatable: true,
    execute: () => Promise.resolve(`read ${++count}`),
    executeAtOrigin: () => Promise.resolve('from the origin'),
    ...changes,
  };
}

export function createWrite(changes: Partial<WriteOperation<string>> = {}): WriteOperation<string> {
  return {
    execute: () => Promise.resolve({ result: 'written', wrote: true, position: '1/2' }),
    ...changes,
  };
}
