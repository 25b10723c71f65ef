/** Monitors come, go and come back: no branch is closed early for it, and none stays open. */
import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import type { Deployment } from '../deployment.js';
import { freshKey, putAs, readAs } from '../request.js';
import type { SuiteContext } from '../suite-context.js';

const ROUND_COUNT = 20;

export function listMonitorCases({ onOwn, onShared }: SuiteContext): ConformanceCase[] {
  /** A write is not known to be visible before it is, and read once it is. */
  const assertSeen = async (deployment: Deployment): Promise<void> => {
    const { writer, reader, untilConsistent } = deployment;
    const key = freshKey();
    const bookmark = await putAs(writer, key, 'written');
    await untilConsistent(bookmark);
    assert.equal(await readAs(reader, bookmark, key), 'written');
  };
  return [
    {
      title: 'a monitor that restarts closes what was written, and what arrived, while it was away',
      run: () =>
        onOwn({ monitors: 'none' }, async (deployment) => {
          const { replica, writer, reader, startMonitor, untilConsistent, wait } = deployment;
          const first = startMonitor();
          await assertSeen(deployment);
          await replica.lag.pause();
          const key = freshKey();
          const before = await putAs(writer, key, 'before');
          await first.shutdown();
          const after = await putAs(writer, `${key}-after`, 'after');
          await replica.lag.resume();
          assert.notEqual((await wait(after)).status, 'consistent', 'nobody watches');
          startMonitor();
          await untilConsistent(before);
          await untilConsistent(after);
          assert.equal(await readAs(reader, before, key), 'before');
          assert.equal(await readAs(reader, after, `${key}-after`), 'after');
        }),
    },
    {
      title: 'a monitor whose connections break connects anew, and misses nothing',
      run: () =>
        onShared(async (deployment) => {
          const { replica, writer, reader, untilConsistent } = deployment;
          await replica.lag.pause();
          const key = freshKey();
          const bookmark = await putAs(writer, key, 'written');
          await replica.disconnectClients();
          await replica.lag.resume();
          await untilConsistent(bookmark);
          assert.equal(await readAs(reader, bookmark, key), 'written');
          await assertSeen(deployment);
        }),
    },
    {
      title: 'two monitors at once close no branch early, and one of them alone closes all',
      run: () =>
        onOwn({ monitors: 'none' }, async (deployment) => {
          const { replica } = deployment;
          const first = deployment.startMonitor();
          deployment.startMonitor();
          await replica.lag.setDelay(20);
          for (let round = 0; round < ROUND_COUNT; round += 1) await assertSeen(deployment);
          await first.shutdown();
          for (let round = 0; round < ROUND_COUNT; round += 1) await assertSeen(deployment);
        }),
    },
  ];
}
