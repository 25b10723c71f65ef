/** The lag gate of a hot standby: its own apply delay (`recovery_min_apply_delay`), and its own pause of replay, together with a hold of its link. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DelayProxy } from '../delay-proxy.js';
import type { LagGate } from '../lag-gate.js';

const POLL_INTERVAL_MS = 5;

/** The gate of the standby at `replicaUrl`, which reaches its primary through `link`. */
export function createPostgresLagGate(replicaUrl: string, link: DelayProxy): LagGate {
  return {
    setDelay: (ms) =>
      connected(replicaUrl, async (client) => {
        const delay = `${String(ms)}ms`;
        await client.query(`alter system set recovery_min_apply_delay = '${delay}'`);
        await client.query('select pg_reload_conf()');
        await until(async () => {
          const { rows } = await client.query<{ ms: number }>(
            `select setting::int as ms from pg_settings where name = 'recovery_min_apply_delay'`,
          );
          return rows[0]?.ms === ms;
        });
      }),
    pause: () => {
      // What a paused replica has received it would still replay when it restarts or is promoted.
      link.pause('toClient');
      return connected(replicaUrl, async (client) => {
        await client.query('select pg_wal_replay_pause()');
        await until(async () => {
          const { rows } = await client.query<{ state: string }>(
            'select pg_get_wal_replay_pause_state() as state',
          );
          return rows[0]?.state === 'paused';
        });
      });
    },
    resume: () => {
      link.resume('toClient');
      return connected(replicaUrl, async (client) => {
        // One that was promoted meanwhile has nothing to resume.
        await client.query('select pg_wal_replay_resume() where pg_is_in_recovery()');
      });
    },
    cut: () => {
      link.cut();
      return Promise.resolve();
    },
  };
}

async function connected(url: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(POLL_INTERVAL_MS);
}
