/**
 * The paper's post-notification application, end to end, in real processes: first without
 * Rendezvous, then with it, on the same datastore under the same load.
 *
 *   writer (eu) ──▶ PostgreSQL primary (eu) ═══ replication, made slower ═══▶ standby (us) ◀── observer
 *        │                                                                      ▲
 *        └─────────▶ notification queue ──────────────────▶ reader (us) ────────┘
 */
import { cpus, release, totalmem, type } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgresPair, type PostgresPair } from '@rendezvous/testkit';
import pg from 'pg';
import type { DemoResult, Machine } from './demo-result.js';
import { startNodes } from './nodes.js';
import { runPhase } from './phase.js';
import type { Progress } from './progress.js';

/** Connections to a server beside those of a function's pool. */
const SPARE_CONNECTIONS = 30;
/** A wait of the demo may take this much longer than the lag. */
const WAIT_GRACE_MS = 5_000;
const POLL_MS_MIN = 5;
const POLL_MS_MAX = 50;

export interface DemoOptions {
  readonly posts: number;
  readonly lagMs: number;
  readonly concurrency: number;
  readonly progress: Progress;
  /** Ends the demo: everything it started is gone before it rejects. */
  readonly signal: AbortSignal;
}

export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { posts, lagMs, concurrency, progress, signal } = options;
  progress.step('Starting PostgreSQL: a primary in eu, a hot standby in us');
  await using pair = await startPostgresPair({ maxConnections: concurrency + SPARE_CONNECTIONS });
  await createPosts(pair);
  await pair.lag.setDelay(lagMs);
  // Often enough for a window that means something, seldom enough to leave the machine to the others.
  const pollMs = Math.min(Math.max(Math.round(lagMs / 10), POLL_MS_MIN), POLL_MS_MAX);
  const phase = { pair, posts, lagMs, concurrency, pollMs, progress, signal };

  progress.step('Without Rendezvous');
  const baseline = await runPhase({ ...phase, name: 'without' });

  progress.step('Starting the metadata nodes of eu and us');
  await using nodes = await startNodes(pair, signal);
  const timeoutMs = lagMs + WAIT_GRACE_MS;
  progress.step('With Rendezvous');
  const rendezvous = await runPhase({
    ...phase,
    name: 'with',
    rendezvous: {
      eu: { node: nodes.eu, region: 'eu', timeoutMs },
      us: { node: nodes.us, region: 'us', timeoutMs },
    },
  });
  const machine = describeMachine(pair);
  return { store: 'postgres', lagMs, concurrency, pollMs, baseline, rendezvous, machine };
}

/** Creates the table and waits until the replica has it. */
async function createPosts({ primary, replica }: PostgresPair): Promise<void> {
  await query(primary.url, 'create table posts (id text primary key, body text not null)');
  while ((await query(replica.url, `select to_regclass('posts') as name`)).name === null) {
    await sleep(POLL_MS_MIN);
  }
}

async function query(url: string, text: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows[0] ?? {};
  } finally {
    await client.end();
  }
}

function describeMachine({ version }: PostgresPair): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown processor',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    datastore: `PostgreSQL ${version}`,
  };
}
