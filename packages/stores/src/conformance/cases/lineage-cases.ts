/** A replica whose data are not what they would have become: promoted, or taken from an older copy. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConformanceCase } from '../conformance-case.js';
import { caseWith } from '../conformance-case.js';
import type { Deployment } from '../deployment.js';
import type { ConformanceClient } from '../harness.js';
import { type Bookmark, freshKey, putAs } from '../request.js';
import type { SuiteContext } from '../suite-context.js';
import { until } from '../until.js';

/** How often the node is asked while the replica is behind: its monitor comes back in between. */
const LOOK_COUNT = 100;
const LOOK_INTERVAL_MS = 20;

export function listLineageCases({ harness, onOwn, print }: SuiteContext): ConformanceCase[] {
  return [
    caseWith(
      'a promotion, a fork: what the replica lacks is never visible there, what it has stays so',
      harness.promotion,
      (promotion) =>
        onOwn({}, async (deployment) => {
          const { store, replica, writer, untilConsistent, connectBare } = deployment;
          const key = freshKey();
          const shared = await putAs(writer, key, 'shared');
          await untilConsistent(shared);
          await replica.lag.pause();
          const lost = await putAs(writer, key, 'lost');
          await promotion.promote(store);
          const bare = await connectBare(replica.url);
          await bare.put(freshKey(), 'on the new lineage');
          await untilConsistent(shared);
          await untilUnknown(deployment, lost);
          assert.equal(await bare.get(key), 'shared', 'the harness did not hold replication');
        }),
    ),
    caseWith(
      'a replica from an older copy: what it had is not known to be visible until it has it again',
      harness.olderCopy,
      (olderCopy) =>
        onOwn({}, async (deployment) => {
          const { store, replica, writer, untilConsistent, connectBare } = deployment;
          await olderCopy.keep(store);
          const key = freshKey();
          const bookmark = await putAs(writer, key, 'written');
          await untilConsistent(bookmark);
          await replica.lag.pause();
          await olderCopy.restore(store);
          const bare = await connectBare(replica.url);
          const said = await watchBehind(deployment, bare, bookmark, key);
          print(`of a replica from an older copy the node said: ${said.join(', ')}`);
          await replica.lag.resume();
          await untilConsistent(bookmark);
          assert.equal(await bare.get(key), 'written', 'consistent, and not there');
        }),
    ),
  ];
}

async function untilUnknown({ wait }: Deployment, lost: Bookmark): Promise<void> {
  await until('a wait for what was lost ends by itself', async () => {
    const { status } = await wait(lost, { timeoutMs: 1_000 });
    assert.notEqual(status, 'consistent');
    return status === 'unknown';
  });
}

/** While the replica is behind, no wait may be consistent; resolves with the reasons that it gave. */
async function watchBehind(
  { wait }: Deployment,
  bare: ConformanceClient,
  bookmark: Bookmark,
  key: string,
): Promise<readonly string[]> {
  const reasons = new Set<string>();
  for (let count = 0; count < LOOK_COUNT; count += 1) {
    const { status, pending } = await wait(bookmark);
    assert.notEqual(status, 'consistent');
    for (const { reason } of pending) reasons.add(reason);
    await sleep(LOOK_INTERVAL_MS);
  }
  // A replica without data may refuse instead.
  const value = await bare.get(key).catch(() => undefined);
  assert.equal(value, undefined, 'the harness did not restore an older copy');
  return [...reasons];
}
