/** The reader function, and what its instruments need to know of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RendezvousError } from '@rendezvous/protocol';
import type { Application } from './application.js';
import { monotonicMs } from './monotonic-clock.js';
import type { ReaderContract, ReadReport } from './process-contracts.js';
import type { Notification } from './queue-messages.js';

export interface ReadFunction {
  /** Reads as the approach says; then, where it found nothing, looks again, so that a window exists. */
  handle(notification: Notification): Promise<ReadReport>;
  /** True when the post was there. */
  read(notification: Notification): Promise<boolean>;
  /** Reads that `handle` issued so far, without those that merely look when a post is there. */
  readCount(): number;
}

export function createReadFunction(
  application: Application,
  { pollMs, approach }: ReaderContract['setup'],
): ReadFunction {
  let readCount = 0;

  const read = ({ post, attributes }: Notification): Promise<boolean> =>
    application.handle(attributes, () => application.posts.read(post));

  const readAsSaid = async (notification: Notification): Promise<boolean> => {
    if (approach.delayMs > 0) await sleep(approach.delayMs);
    for (;;) {
      readCount += 1;
      const found = await read(notification);
      if (found || !approach.polls) return found;
      await sleep(pollMs);
    }
  };

  return {
    read,
    readCount: () => readCount,
    async handle(notification) {
      let timedOut = false;
      let found = false;
      try {
        found = await readAsSaid(notification);
      } catch (error) {
        timedOut = error instanceof RendezvousError && error.code === 'wait_timed_out';
        if (!timedOut) throw error;
      }
      const stale = !found && !timedOut;
      while (!found && !timedOut) {
        await sleep(pollMs);
        found = await read(notification);
      }
      return {
        stale,
        timedOut,
        succeededAtMs: found ? monotonicMs() : null,
        releasedAtMs: application.releasedAtMs(notification.post) ?? null,
      };
    },
  };
}
