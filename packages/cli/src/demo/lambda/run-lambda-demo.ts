/**
 * The demo on Lambda: the handlers of examples/post-notification, really invoked, with a topic of SNS and
 * a queue of SQS between them. The same two phases as in `run-demo.ts`.
 *
 *   writer (Lambda, eu) ──▶ primary (eu) ═══ real replication, made slower ═══▶ replica (us)
 *        │                                                                        ▲
 *        └───────▶ SNS topic (eu) ──▶ SQS queue (us) ──▶ reader (Lambda, us) ─────┘
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReaper } from '@rendezvous/testkit';
import type { DemoResult } from '../demo-result.js';
import { describeMachine } from '../machine.js';
import { startNodes } from '../nodes.js';
import type { DemoOptions } from '../run-demo.js';
import { loadDemoStore } from '../stores/load-demo-store.js';
import { bundleFunctions } from './bundle-functions.js';
import { runLambdaPhase } from './lambda-phase.js';

/** A process each of writer and reader: what a small machine bears. */
const CONCURRENCY_MAX = 6;
/** A wait of the demo may take this much longer than the lag. */
const WAIT_GRACE_MS = 5_000;
/** How much longer than the lag a message is the reader's, before it comes again. */
const VISIBILITY_GRACE_MS = 500;
/** SQS counts in seconds. */
const SECOND_MS = 1_000;

export async function runLambdaDemo(options: Omit<DemoOptions, 'store'>): Promise<DemoResult> {
  const { posts, lagMs, progress, signal } = options;
  const concurrency = Math.min(options.concurrency, CONCURRENCY_MAX);
  const demoStore = await loadDemoStore('postgres');
  const { product, replicaRole } = demoStore;
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-demo-'));
  const reaper = startReaper(directory);
  await using _ = { [Symbol.asyncDispose]: () => reaper.release() };
  const baselineDirectory = join(directory, 'without');
  const rendezvousDirectory = join(directory, 'with');
  progress.step('Bundling the functions');
  await bundleFunctions('baseline', baselineDirectory);
  await bundleFunctions('src', rendezvousDirectory);

  progress.step(`Starting ${product}: a primary in eu, ${replicaRole} in us`);
  await using pair = await demoStore.startPair(concurrency);
  await pair.lag.setDelay(lagMs);
  const visibilityTimeoutMs = Math.ceil((lagMs + VISIBILITY_GRACE_MS) / SECOND_MS) * SECOND_MS;
  const waitTimeoutMs = lagMs + WAIT_GRACE_MS;
  const phase = { pair, posts, lagMs, concurrency, visibilityTimeoutMs, waitTimeoutMs };

  progress.step('Without Rendezvous');
  const baseline = await runLambdaPhase({
    ...phase,
    name: 'without',
    directory: baselineDirectory,
    progress,
    signal,
  });

  progress.step('Starting the metadata nodes of eu and us');
  await using nodes = await startNodes({ kind: 'postgres', pair }, signal);
  progress.step('With Rendezvous');
  const rendezvous = await runLambdaPhase({
    ...phase,
    name: 'with',
    directory: rendezvousDirectory,
    nodes,
    progress,
    signal,
  });
  return {
    store: 'postgres',
    product,
    lagPlace: demoStore.describeLag(lagMs),
    lagMs,
    concurrency,
    // When a message that was given back comes again.
    pollMs: visibilityTimeoutMs,
    alternatives: [],
    baseline,
    rendezvous,
    machine: { ...describeMachine(), datastore: `${product} ${pair.version}` },
  };
}
