/** Servers that stop, crash and start again, and replicas that are not equally fast. */
import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { caseWith } from '../conformance-case.js';
import type { Deployment } from '../deployment.js';
import type { RunningReplica } from '../harness.js';
import { freshKey, putAs, readAs } from '../request.js';
import type { SuiteContext } from '../suite-context.js';
import { until } from '../until.js';

export function listOutageCases({ harness, onOwn }: SuiteContext): ConformanceCase[] {
  return [
    {
      title: 'a replica that is stopped: what is written meanwhile is visible once it has it',
      run: () => onOwn({}, (deployment) => assertReplicaOutage(deployment, 'stop')),
    },
    {
      title: 'a replica that crashes: what is written meanwhile is visible once it has it',
      run: () => onOwn({}, (deployment) => assertReplicaOutage(deployment, 'kill')),
    },
    {
      title: 'a primary that restarts: writes and reads go on afterwards',
      run: () => onOwn({}, assertPrimaryRestart),
    },
    caseWith(
      'two replicas: a write is visible in the region once the slower one has it',
      harness.severalReplicas,
      () =>
        onOwn({ replicaCount: 2 }, async (deployment) => {
          for (const slow of deployment.store.replicas) await assertSlowestCounts(deployment, slow);
        }),
    ),
  ];
}

async function assertReplicaOutage(
  { replica, writer, reader, wait, untilConsistent }: Deployment,
  how: 'stop' | 'kill',
): Promise<void> {
  const key = freshKey();
  await replica[how]();
  const bookmark = await putAs(writer, key, 'written');
  assert.notEqual((await wait(bookmark)).status, 'consistent');
  await replica.start();
  await untilConsistent(bookmark);
  assert.equal(await readAs(reader, bookmark, key), 'written');
}

async function assertPrimaryRestart(deployment: Deployment): Promise<void> {
  const { store, connectWriter, reader, wait } = deployment;
  await store.primary.stop();
  await store.primary.start();
  // Drivers differ in how a client gets over this; a new one has nothing to get over.
  const writer = await connectWriter();
  // A write that no replica was there for may have no position that one will ever tell.
  await until('a write is seen again', async () => {
    const key = freshKey();
    const bookmark = await putAs(writer, key, 'written');
    const { status } = await wait(bookmark, { timeoutMs: 1_000 });
    if (status !== 'consistent') return false;
    assert.equal(await readAs(reader, bookmark, key), 'written');
    return true;
  });
}

async function assertSlowestCounts(deployment: Deployment, slow: RunningReplica): Promise<void> {
  const { store, writer, wait, untilConsistent, connectBare, connectReader } = deployment;
  await slow.lag.pause();
  const key = freshKey();
  const bookmark = await putAs(writer, key, 'written');
  for (const fast of store.replicas.filter((each) => each !== slow)) {
    const bare = await connectBare(fast.url);
    await until('the faster replica has it', async () => (await bare.get(key)) === 'written');
  }
  assert.equal((await wait(bookmark, { timeoutMs: 200 })).status, 'timed_out');
  await slow.lag.resume();
  await untilConsistent(bookmark);
  assert.equal(await readAs(await connectReader(slow), bookmark, key), 'written');
}
