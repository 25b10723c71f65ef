/**
 * Sees when a post really becomes readable at the replica: asks for it in a tight loop, on a
 * connection of its own, in a process of its own, so that it measures nobody's queue but its own.
 */
import pg from 'pg';
import { monotonicMs } from './monotonic-clock.js';
import type { ObserverContract } from './process-contracts.js';
import { serveParent } from './serve-parent.js';
import { percentile } from './statistics.js';

serveParent<ObserverContract>(async ({ databaseUrl }) => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const watched = new Map<string, (reply: { seenAtMs: number }) => void>();
  const probesMs: number[] = [];
  let looking = false;

  const probe = async (): Promise<void> => {
    const sentAtMs = monotonicMs();
    const { rows } = await client.query<{ id: string }>({
      name: 'probe',
      text: 'select id from posts where id = any($1)',
      values: [[...watched.keys()]],
    });
    probesMs.push(monotonicMs() - sentAtMs);
    for (const { id } of rows) {
      watched.get(id)?.({ seenAtMs: sentAtMs });
      watched.delete(id);
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
      watch: ({ post }) =>
        new Promise((resolve, reject) => {
          watched.set(post, resolve);
          look().catch(reject);
        }),
      resolution: () => Promise.resolve({ medianMs: percentile(probesMs, 0.5) ?? null }),
    },
  };
});
