/** The reader function, in us: gets a notification, then reads the post. */
import { createApplication } from './create-application.js';
import type { ReaderContract, ReadReport } from './process-contracts.js';
import { subscribe } from './queue-client.js';
import type { Notification } from './queue-messages.js';
import { createReadFunction } from './read-function.js';
import { serveParent } from './serve-parent.js';
import { medianOf } from './statistics.js';

serveParent<ReaderContract>(async (setup) => {
  const application = await createApplication(setup);
  const reader = createReadFunction(application, setup);
  const notifications: Notification[] = [];
  /** The outcomes that nobody has asked for, and the questions that have no outcome yet. */
  const reports = new Map<string, Promise<ReadReport>>();
  const questions = new Map<string, (report: Promise<ReadReport>) => void>();

  await subscribe(setup.queuePort, (notification) => {
    notifications.push(notification);
    const { post } = notification;
    const report = reader.handle(notification);
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
          return notification === undefined ? Promise.resolve() : reader.read(notification);
        }),
      }),
      tally: () => {
        const { unanswered, repeated } = application.tally();
        return Promise.resolve({ unanswered, readCount: reader.readCount() + repeated });
      },
    },
  };
});
