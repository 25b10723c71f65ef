/** The writer function, in eu: stores a post in the primary, then publishes its notification. */
import { createApplication } from './create-application.js';
import { monotonicMs } from './monotonic-clock.js';
import type { WriterContract } from './process-contracts.js';
import { connectPublisher } from './queue-client.js';
import { serveParent } from './serve-parent.js';
import { medianOf } from './statistics.js';

serveParent<WriterContract>(async (setup) => {
  const application = await createApplication(setup);
  const queue = await connectPublisher(setup.queuePort);

  const store = async (post: string): Promise<void> => {
    await application.posts.write(post, `What ${post} says to its readers in the other region.`);
  };

  return {
    ready: null,
    handlers: {
      write: ({ post }) =>
        application.handle({}, async () => {
          await store(post);
          const acknowledgedAtMs = monotonicMs();
          await queue.publish({ post, attributes: application.attributes() });
          return { acknowledgedAtMs };
        }),
      measure: async ({ count }) => ({
        medianMs: await medianOf(count, (index) => {
          const post = `measured-${process.pid}-${index}`;
          return application.handle({}, () => store(post));
        }),
      }),
    },
  };
});
