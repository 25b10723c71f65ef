/** What a read sees of a key that is written more than once, deleted, or expired. */
import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { caseWith } from '../conformance-case.js';
import { freshKey, putAs, readAs, writeAs } from '../request.js';
import type { SuiteContext } from '../suite-context.js';
import { until } from '../until.js';

const DELAY_MS = 50;
const EXPIRY_MS = 100;
/** More than any clocks differ that somebody looks after. */
const SKEW_MS = 3_600_000;

export function listValueCases(context: SuiteContext): ConformanceCase[] {
  const { harness, onShared } = context;
  return [
    {
      title: 'an overwrite: a read that follows it sees the new value, not the one before',
      run: () =>
        onLag(context, async ({ writer, reader }) => {
          const key = freshKey();
          await putAs(writer, key, 'old');
          const bookmark = await putAs(writer, key, 'new');
          assert.equal(await readAs(reader, bookmark, key), 'new');
        }),
    },
    caseWith(
      'a delete: a read that follows it sees nothing, and one after the next write its value',
      harness.deletions ?? true,
      () =>
        onLag(context, async ({ writer, reader }) => {
          const key = freshKey();
          const written = await putAs(writer, key, 'there');
          assert.equal(await readAs(reader, written, key), 'there');
          const removed = await writeAs(writer, () => writer.client.remove(key));
          assert.equal(await readAs(reader, removed, key), undefined);
          const again = await putAs(writer, key, 'again');
          assert.equal(await readAs(reader, again, key), 'again');
        }),
    ),
    caseWith(
      'an expiry: a read that follows the write ends although it is gone',
      harness.expiry,
      (expiry) =>
        onShared(async ({ writer, reader, replica }) => {
          const key = freshKey();
          await replica.lag.pause();
          const bookmark = await writeAs(writer, async () => {
            await writer.client.put(key, 'there');
            await expiry.expire(writer.client, key, EXPIRY_MS);
          });
          await until('the key expires', async () => (await writer.client.get(key)) === undefined);
          await replica.lag.resume();
          assert.equal(await readAs(reader, bookmark, key), undefined);
        }),
    ),
    {
      title: 'two writers of one key whose clocks differ: each read sees what its own writer left',
      run: () =>
        onLag(context, async ({ writer, reader, connectWriter }) => {
          const late = await connectWriter();
          const key = freshKey();
          for (let round = 0; round < 5; round += 1) {
            const value = String(round);
            const ahead = await putAs(writer, key, `${value} of the one`);
            assert.equal(await readAs(reader, ahead, key), `${value} of the one`);
            // Its identifiers are older than those of what it overwrites.
            const behind = await withClockBehind(() => putAs(late, key, `${value} of the other`));
            assert.equal(await readAs(reader, behind, key), `${value} of the other`);
          }
        }),
    },
  ];
}

type Use = Parameters<SuiteContext['onShared']>[0];

/** On the shared deployment, with a replica that is late. */
function onLag({ onShared }: SuiteContext, use: Use): Promise<void> {
  return onShared(async (deployment) => {
    const { lag } = deployment.replica;
    await lag.setDelay(DELAY_MS);
    try {
      await use(deployment);
    } finally {
      await lag.setDelay(0);
    }
  });
}

/** Runs `write` on a machine whose wall clock is an hour slow: identifiers come from no other clock. */
async function withClockBehind<T>(write: () => Promise<T>): Promise<T> {
  const now = Date.now;
  Date.now = () => now() - SKEW_MS;
  try {
    return await write();
  } finally {
    Date.now = now;
  }
}
