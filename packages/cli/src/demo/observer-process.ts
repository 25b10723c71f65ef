/**
 * Sees when a post really becomes readable at the replica: asks for it in a tight loop, on a
 * connection of its own, in a process of its own, so that it measures nobody's queue but its own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from './monotonic-clock.js';
import type { ObserverContract } from './process-contracts.js';
import { serveParent } from './serve-parent.js';
import { percentile } from './statistics.js';
import { loadDemoStore } from './stores/load-demo-store.js';

/** The loop starts this long before a post can be readable, and leaves the machine alone until then. */
const HEAD_START_MS = 10;

interface Watch {
  /** A probe did not find the post: the one that does will be news. */
  missed: boolean;
  resolve(reply: { readonly seenAtMs: number | null }): void;
}

serveParent<ObserverContract>(async ({ store, databaseUrl, lagMs }) => {
  const observer = await (await loadDemoStore(store)).connectObserver(databaseUrl);
  const watched = new Map<string, Watch>();
  const probesMs: number[] = [];
  let looking = false;

  const probe = async (): Promise<void> => {
    const posts = [...watched.keys()];
    const sentAtMs = monotonicMs();
    const seen = await observer.findReadable(posts);
    probesMs.push(monotonicMs() - sentAtMs);
    for (const post of posts) {
      const watch = watched.get(post);
      if (watch === undefined) continue;
      if (seen.has(post)) {
        watched.delete(post);
        watch.resolve({ seenAtMs: watch.missed ? sentAtMs : null });
      }
      watch.missed = true;
    }
  };

  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    while (watched.size > 0) await probe();
    looking = false;
  };

  return {
    ready: null,
    handlers: {
      watch: async ({ post }) => {
        await sleep(Math.max(0, lagMs - HEAD_START_MS));
        return new Promise((resolve, reject) => {
          watched.set(post, { missed: false, resolve });
          look().catch(reject);
        });
      },
      resolution: () => Promise.resolve({ medianMs: percentile(probesMs, 0.5) ?? null }),
    },
  };
});
