/** Requests as functions run them: a write under a request of its own, a read under its bookmark. */
import type { ConformanceClient } from './harness.js';
import type { ObservedHandle } from './observed-handle.js';
import type { RuntimeClient } from './runtime.js';

/** A function's worth of SDK, and a client of the datastore that is wrapped for it. */
export interface Side {
  readonly rv: RuntimeClient;
  readonly client: ConformanceClient;
  readonly handle: ObservedHandle;
}

/** As it travels: its text; undefined for one that covers nothing. */
export type Bookmark = string | undefined;

/** Runs a request that writes; resolves with the bookmark that it would send along. */
export function writeAs({ rv }: Side, write: () => Promise<unknown>): Promise<Bookmark> {
  return rv.run(undefined, async () => {
    await write();
    return rv.current();
  });
}

export function putAs(side: Side, key: string, value: string): Promise<Bookmark> {
  return writeAs(side, () => side.client.put(key, value));
}

/** Reads as the function that the bookmark reached. */
export function readAs(
  { rv, client }: Side,
  bookmark: Bookmark,
  key: string,
): Promise<string | undefined> {
  return rv.run(bookmark, () => client.get(key));
}

let keyCount = 0;

/** A key that nothing else uses. */
export function freshKey(): string {
  keyCount += 1;
  return `key-${String(keyCount)}`;
}
