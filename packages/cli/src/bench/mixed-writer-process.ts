/** The writers of `bench mixed`, in eu: each write is a request of its own, and its notification follows it. */
import { createApplication } from '../demo/create-application.js';
import { connectPublisher } from '../demo/queue-client.js';
import { serveParent } from '../demo/serve-parent.js';
import type { MixedWriterContract } from './mixed-contracts.js';
import { runOpenLoop } from './open-loop.js';
import { SecondLog } from './second-log.js';

serveParent<MixedWriterContract>(async (setup) => {
  const application = await createApplication(setup);
  const queue = await connectPublisher(setup.queuePort);
  let postCount = 0;

  return {
    ready: null,
    handlers: {
      run: async (loop) => {
        const writes = new SecondLog();
        const late = new SecondLog();
        await runOpenLoop(loop, (dueMs, elapsedMs) =>
          application.handle({}, async () => {
            late.record(dueMs, elapsedMs() - dueMs);
            const post = `mixed-${process.pid}-${(postCount += 1)}`;
            await application.posts.write(post, `What ${post} says in the other region.`);
            writes.record(dueMs, elapsedMs() - dueMs);
            await queue.publish({ post, attributes: application.attributes() });
          }),
        );
        const secondCount = Math.ceil(loop.durationMs / 1_000);
        return { writes: writes.toReport(secondCount), late: late.toReport(0).all };
      },
    },
  };
});
