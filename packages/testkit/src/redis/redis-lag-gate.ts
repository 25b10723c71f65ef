/** The lag gate of a Redis replica: the proxy through which it gets its primary's writes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { DelayProxy } from '../delay-proxy.js';
import type { LagGate } from '../lag-gate.js';
import { readInfo, withRedis } from './ask-redis.js';

const POLL_INTERVAL_MS = 5;

/**
 * The gate of the replica at `replicaUrl`, which reaches its primary through `link`. Only what the
 * primary sends is held: what a replica acknowledges arrives at once.
 */
export function createRedisLagGate(replicaUrl: string, link: DelayProxy): LagGate {
  return {
    setDelay: (ms) => {
      link.setDelay(ms, 'toClient');
      return Promise.resolve();
    },
    pause: async () => {
      link.pause('toClient');
      await withRedis(replicaUrl, (replica) => untilStill(replica, link));
    },
    resume: () => {
      link.resume('toClient');
      return Promise.resolve();
    },
    cut: () => {
      link.cut();
      return Promise.resolve();
    },
  };
}

/**
 * Waits until the replica has applied everything that the link had delivered. While its socket
 * holds anything, every turn of its event loop reads some of it; so two answers that show the same
 * offsets, of what it has read and of what it has applied, show that it has read everything.
 */
async function untilStill(replica: Redis, link: DelayProxy): Promise<void> {
  let last = '';
  for (;;) {
    const sending = link.traffic.toClient.sendingBytes;
    const info = await readInfo(replica, 'replication');
    const offsets = `${info.get('slave_read_repl_offset') ?? ''} ${info.get('slave_repl_offset') ?? ''}`;
    if (sending === 0 && offsets === last) return;
    last = sending === 0 ? offsets : '';
    await sleep(POLL_INTERVAL_MS);
  }
}
