/** A read that follows a bookmark sees what it covers; one that does not, misses it. */
import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { type Deployment, CONNECTION_COUNT } from '../deployment.js';
import { freshKey, writeAs } from '../request.js';
import type { SuiteContext } from '../suite-context.js';

/** Requests in progress at the same time: more than there are connections, so that they change hands. */
const WORKER_COUNT = 2 * CONNECTION_COUNT;
const REQUESTS_PER_WORKER = 50;
const DELAY_MS = 20;

export function listVisibilityCases({ onShared, print }: SuiteContext): ConformanceCase[] {
  return [
    {
      title: `never early: over ${String(CONNECTION_COUNT)} connections no read misses, while without waits some do`,
      run: () =>
        onShared(async (deployment) => {
          const { lag } = deployment.replica;
          await lag.setDelay(DELAY_MS);
          const control = await hammer(deployment, 'off');
          const misses = await hammer(deployment, 'enforce');
          await lag.setDelay(0);
          const reads = String(WORKER_COUNT * REQUESTS_PER_WORKER);
          print(`${String(misses)} of ${reads} reads missed; without waits ${String(control)}`);
          assert.notEqual(control, 0, 'the lag gate does nothing: without waits no read missed');
          assert.equal(misses, 0);
        }),
    },
  ];
}

/** Writes and reads with every kind of write in turn; resolves with how many reads missed. */
async function hammer(
  { harness, writer, reader }: Deployment,
  mode: 'enforce' | 'off',
): Promise<number> {
  let misses = 0;
  const request = async (index: number): Promise<void> => {
    const write = harness.writes[index % harness.writes.length];
    const key = freshKey();
    const bookmark = await writeAs(writer, async () => write?.run(writer.client, key, 'written'));
    const value = await reader.rv.run(bookmark, () =>
      reader.rv.with({ mode }, () => reader.client.get(key)),
    );
    if (value !== 'written') misses += 1;
  };
  const work = async (worker: number): Promise<void> => {
    for (let index = 0; index < REQUESTS_PER_WORKER; index += 1) await request(worker + index);
  };
  await Promise.all(Array.from({ length: WORKER_COUNT }, (_, worker) => work(worker)));
  return misses;
}
