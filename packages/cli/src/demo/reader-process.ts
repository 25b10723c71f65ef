/** The reader function, in us: gets a notification, then reads the post from the replica. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RendezvousError } from '@rendezvous/protocol';
import { createApplication } from './create-application.js';
import { monotonicMs } from './monotonic-clock.js';
import type { ReaderContract, ReadReport } from './process-contracts.js';
import { subscribe } from './queue-client.js';
import type { Notification } from './queue-messages.js';
import { serveParent } from './serve-parent.js';
import { medianOf } from './statistics.js';

serveParent<ReaderContract>(async (setup) => {
  const application = await createApplication(setup);
  const notifications: Notification[] = [];
  /** The outcomes that nobody has asked for, and the questions that have no outcome yet. */
  const reports = new Map<string, Promise<ReadReport>>();
  const questions = new Map<string, (report: Promise<ReadReport>) => void>();

  /** True when the post was there. */
  const readPost = ({ post, attributes }: Notification): Promise<boolean> =>
    application.handle(attributes, () => application.posts.read(post));

  /** The function: reads once. Whoever finds nothing then looks again, so that a window exists. */
  const handle = async (notification: Notification): Promise<ReadReport> => {
    let timedOut = false;
    let found = false;
    try {
      found = await readPost(notification);
    } catch (error) {
      timedOut = error instanceof RendezvousError && error.code === 'wait_timed_out';
      if (!timedOut) throw error;
    }
    const stale = !found && !timedOut;
    while (!found && !timedOut) {
      await sleep(setup.pollMs);
      found = await readPost(notification);
    }
    return {
      stale,
      timedOut,
      succeededAtMs: found ? monotonicMs() : null,
      releasedAtMs: application.releasedAtMs(notification.post) ?? null,
    };
  };

  await subscribe(setup.queuePort, (notification) => {
    notifications.push(notification);
    const { post } = notification;
    const report = handle(notification);
    const answer = questions.get(post);
    if (answer !== undefined) answer(report);
    else reports.set(post, report);
  });

  return {
    ready: null,
    handlers: {
      read: ({ post }) =>
        reports.get(post) ?? new Promise((resolve) => questions.set(post, resolve)),
      measure: async ({ count }) => ({
        medianMs: await medianOf(count, (index) => {
          const notification = notifications[index % notifications.length];
          return notification === undefined ? Promise.resolve() : readPost(notification);
        }),
      }),
      unanswered: () => Promise.resolve({ unanswered: application.unanswered() }),
    },
  };
});
