/** The readers of `bench mixed`, in us. */
import { RendezvousError } from '@rendezvous/protocol';
import { createApplication } from '../demo/create-application.js';
import { subscribe } from '../demo/queue-client.js';
import { serveParent } from '../demo/serve-parent.js';
import type { MixedReaderContract } from './mixed-contracts.js';
import { runOpenLoop } from './open-loop.js';
import { RecentNotifications } from './recent-notifications.js';
import { SecondLog } from './second-log.js';

serveParent<MixedReaderContract>(async (setup) => {
  const application = await createApplication(setup);
  const notifications = new RecentNotifications();
  await subscribe(setup.queuePort, (notification) => notifications.add(notification));

  return {
    ready: null,
    handlers: {
      run: async ({ freshShare, ...loop }) => {
        const reads = new SecondLog();
        const blockedReads = new SecondLog();
        const late = new SecondLog();
        let staleReads = 0;
        let timedOut = 0;
        const unansweredBefore = application.tally().unanswered;
        await runOpenLoop(loop, async (dueMs, elapsedMs) => {
          late.record(dueMs, elapsedMs() - dueMs);
          const { post, attributes } = notifications.pick(freshShare);
          const releasedBefore = application.releasedAtMs(post);
          try {
            const found = await application.handle(attributes, () => application.posts.read(post));
            if (!found) staleReads += 1;
          } catch (error) {
            if (!(error instanceof RendezvousError && error.code === 'wait_timed_out')) throw error;
            timedOut += 1;
          }
          const isBlocked = application.releasedAtMs(post) !== releasedBefore;
          (isBlocked ? blockedReads : reads).record(dueMs, elapsedMs() - dueMs);
        });
        const secondCount = Math.ceil(loop.durationMs / 1_000);
        return {
          reads: reads.toReport(secondCount),
          blockedReads: blockedReads.toReport(secondCount),
          staleReads,
          timedOut,
          unanswered: application.tally().unanswered - unansweredBefore,
          late: late.toReport(0).all,
        };
      },
    },
  };
});
