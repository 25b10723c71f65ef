/**
 * The paper's post-notification application, end to end, in real processes: first without
 * Rendezvous, then with it, on the same datastore under the same load.
 *
 *   writer (eu) ──▶ primary (eu) ═══ real replication, made slower ═══▶ replica (us) ◀── observer
 *        │                                                                 ▲
 *        └─────────▶ notification queue ─────────────▶ reader (us) ────────┘
 */
import type { Alternative, DemoResult, PhaseResult } from './demo-result.js';
import { describeMachine } from './machine.js';
import { startNodes } from './nodes.js';
import { countMonitorOps } from './monitor-ops.js';
import { runPhase, type PhaseOptions } from './phase.js';
import type { Progress } from './progress.js';
import { loadDemoStore, type DemoStoreName } from './stores/load-demo-store.js';

/** A wait of the demo may take this much longer than the lag. */
const WAIT_GRACE_MS = 5_000;
const POLL_MS_MIN = 5;
const POLL_MS_MAX = 50;

export interface DemoOptions {
  readonly store: DemoStoreName;
  readonly posts: number;
  readonly lagMs: number;
  readonly concurrency: number;
  /** Measured between the phase without Rendezvous and the one with it. Default: none. */
  readonly runAlternatives?: (
    phase: PhaseOptions,
    baseline: PhaseResult,
  ) => Promise<readonly Alternative[]>;
  readonly progress: Progress;
  /** Ends the demo: everything it started is gone before it rejects. */
  readonly signal: AbortSignal;
}

export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { store, posts, lagMs, concurrency, progress, signal } = options;
  const demoStore = await loadDemoStore(store);
  const { product, replicaRole, postRateMax } = demoStore;
  progress.step(`Starting ${product}: a primary in eu, ${replicaRole} in us`);
  // Who reads at the origin reads where the writer writes.
  const functionCount = options.runAlternatives === undefined ? 1 : 2;
  await using pair = await demoStore.startPair(functionCount * concurrency);
  await pair.lag.setDelay(lagMs);
  // Often enough for a window that means something, seldom enough to leave the machine to the others.
  const pollMs = Math.min(Math.max(Math.round(lagMs / 10), POLL_MS_MIN), POLL_MS_MAX);
  const load = { posts, lagMs, concurrency, postRateMax, pollMs };
  const phase = { store, pair, ...load, progress, signal };

  progress.step('Without Rendezvous');
  const baseline = await runPhase({ ...phase, name: 'without' });
  const alternatives =
    (await options.runAlternatives?.({ ...phase, name: 'instead' }, baseline)) ?? [];

  progress.step('Starting the metadata nodes of eu and us');
  await using nodes = await startNodes({ kind: store, pair }, signal);
  const timeoutMs = lagMs + WAIT_GRACE_MS;
  progress.step('With Rendezvous');
  const rendezvous = await runPhase({
    ...phase,
    name: 'with',
    rendezvous: {
      eu: { node: nodes.eu, region: 'eu', timeoutMs },
      us: { node: nodes.us, region: 'us', timeoutMs },
      countMonitorOps: () => countMonitorOps(nodes.us, signal),
    },
  });
  return {
    store,
    product,
    lagPlace: demoStore.describeLag(lagMs),
    lagMs,
    concurrency,
    postRateMax,
    pollMs,
    baseline,
    alternatives,
    rendezvous,
    machine: { ...describeMachine(), datastore: `${product} ${pair.version}` },
  };
}
