/**
 * `bench mixed`: functions in two regions write and read at a fixed rate for a while, on a real datastore
 * that really replicates, with a node in each region.
 *
 *   writers (eu) ──▶ primary (eu) ═══ real replication, made slower ═══▶ replica (us) ◀── readers (us)
 *        └──────────────────▶ notification queue, with bookmarks ────────────────────────────▲
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemoProcess, type DemoProcess, type StartOptions } from '../demo/demo-process.js';
import { startNodes, type Nodes } from '../demo/nodes.js';
import type {
  FunctionSetup,
  ProcessContract,
  QueueContract,
  RendezvousSetup,
} from '../demo/process-contracts.js';
import type { Progress } from '../demo/progress.js';
import type { StorePair } from '../demo/stores/demo-store.js';
import { loadDemoStore, type DemoStoreName } from '../demo/stores/load-demo-store.js';
import type {
  MixedReaderContract,
  MixedReadReport,
  MixedWriterContract,
} from './mixed-contracts.js';
import type { OpenLoop } from './open-loop.js';
import type { Latencies, SecondReport } from './second-log.js';

/** Before the measurement: functions that serve for the first time compile. */
const WARM_UP_MS = 3_000;
/** A wait may take this much longer than the lag. */
const WAIT_GRACE_MS = 5_000;
const ANSWER_GRACE_MS = 60_000;
const CONNECTION_COUNT = 50;

export interface MixedOptions {
  readonly store: DemoStoreName;
  /** Operations that become due a second: writes and reads together. */
  readonly ratePerSec: number;
  /** The part of them that are writes, above 0 and below 1. */
  readonly writeShare: number;
  /** The part of the reads that read the newest post. */
  readonly freshShare: number;
  readonly durationMs: number;
  readonly lagMs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface MixedRun extends MixedReadReport {
  readonly options: Omit<MixedOptions, 'progress' | 'signal'>;
  readonly product: string;
  readonly lagPlace: string;
  readonly version: string;
  readonly writes: SecondReport;
  readonly lateWrites: Latencies;
}

interface Cast {
  readonly writer: DemoProcess<MixedWriterContract>;
  readonly reader: DemoProcess<MixedReaderContract>;
}

/** Rejects when an operation fails. */
export async function runMixed(options: MixedOptions): Promise<MixedRun> {
  const { store, lagMs, durationMs, progress, signal, ...rates } = options;
  const demoStore = await loadDemoStore(store);
  const { product } = demoStore;
  progress.step(`Starting ${product} and the nodes of eu and us`);
  await using pair = await demoStore.startPair(CONNECTION_COUNT);
  await pair.lag.setDelay(lagMs);
  await using nodes = await startNodes({ kind: store, pair }, signal);
  await using queue = await start<QueueContract>(options, '../demo/queue-process', null);
  const { port: queuePort } = await queue.ready;
  const toSetup = createSetups(options, pair, nodes, queuePort);
  const writerSetup = toSetup('eu');
  await using writer = await start<MixedWriterContract>(
    options,
    '../bench/mixed-writer-process',
    writerSetup,
  );
  await using reader = await start<MixedReaderContract>(
    options,
    '../bench/mixed-reader-process',
    toSetup('us'),
  );
  const cast = { writer, reader };
  progress.step('Warming up');
  const { writeShare, ratePerSec } = rates;
  // Until there is something to read.
  await writer.request('run', { ratePerSec: ratePerSec * writeShare, durationMs: WARM_UP_MS });
  await sleep(lagMs, undefined, { signal });
  await runBoth(cast, options, WARM_UP_MS);
  progress.step(`${ratePerSec} operations a second for ${Math.round(durationMs / 1_000)} s`);
  const { writes, late, read } = await runBoth(cast, options, durationMs);
  return {
    options: { store, lagMs, durationMs, ...rates },
    ...{ product, lagPlace: demoStore.describeLag(lagMs), version: pair.version },
    ...read,
    writes,
    lateWrites: late,
  };
}

function start<C extends ProcessContract>(
  { lagMs, durationMs, signal }: MixedOptions,
  program: string,
  setup: StartOptions<C>['setup'],
): Promise<DemoProcess<C>> {
  const answerTimeoutMs = durationMs + lagMs + ANSWER_GRACE_MS;
  return startDemoProcess<C>({ program, setup, answerTimeoutMs, signal });
}

function createSetups(
  { store, lagMs }: MixedOptions,
  pair: StorePair,
  nodes: Nodes,
  queuePort: number,
): (region: 'eu' | 'us') => FunctionSetup {
  return (region) => {
    const timeoutMs = lagMs + WAIT_GRACE_MS;
    const rendezvous: RendezvousSetup = { node: nodes[region], region, timeoutMs };
    const { url: databaseUrl } = region === 'eu' ? pair.primary : pair.replica;
    return { store, databaseUrl, queuePort, concurrency: CONNECTION_COUNT, rendezvous };
  };
}

async function runBoth(
  { writer, reader }: Cast,
  { ratePerSec, writeShare, freshShare }: MixedOptions,
  durationMs: number,
): Promise<{ writes: SecondReport; late: Latencies; read: MixedReadReport }> {
  const toLoop = (share: number): OpenLoop => ({ ratePerSec: ratePerSec * share, durationMs });
  const [written, read] = await Promise.all([
    writer.request('run', toLoop(writeShare)),
    reader.request('run', { ...toLoop(1 - writeShare), freshShare }),
  ]);
  return { ...written, read };
}
