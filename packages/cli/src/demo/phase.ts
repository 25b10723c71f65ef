/**
 * One phase of the demo: the whole application as processes, a number of posts through it, and what
 * came of each. The phase with Rendezvous and the one without differ in `rendezvous` alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemoProcess, type DemoProcess, type StartOptions } from './demo-process.js';
import {
  LANE_RATE_MAX,
  MEASURED_CALLS,
  type PostOutcome,
  type PhaseResult,
} from './demo-result.js';
import type {
  FunctionSetup,
  ObserverContract,
  ProcessContract,
  QueueContract,
  ReadApproach,
  ReaderContract,
  RendezvousSetup,
  WriterContract,
} from './process-contracts.js';
import type { Progress } from './progress.js';
import { runLanes } from './run-lanes.js';
import type { StorePair } from './stores/demo-store.js';
import type { DemoStoreName } from './stores/load-demo-store.js';

/**
 * Posts of each lane before those that count: functions that serve for the first time would show how long a
 * runtime takes to compile, in both phases alike.
 */
export const WARM_UP_POSTS_PER_LANE = 6;
/** The observer watches every tenth post. */
export const OBSERVED_EVERY = 10;
/** A process that owes an answer for longer than the lag and this is broken. */
const ANSWER_TIMEOUT_MS = 60_000;

export interface PhaseOptions {
  /** Starts the ids of the phase's posts. */
  readonly name: string;
  readonly store: DemoStoreName;
  readonly pair: StorePair;
  readonly posts: number;
  readonly lagMs: number;
  readonly concurrency: number;
  /** Of all lanes, a second; absent: what the lanes start. */
  readonly postRateMax?: number | undefined;
  readonly pollMs: number;
  /** Of the writer's region and of the reader's; absent: a phase without. */
  readonly rendezvous?: {
    readonly eu: RendezvousSetup;
    readonly us: RendezvousSetup;
    /** Operations on the datastore that the monitor in the reader's region has issued so far. */
    readonly countMonitorOps: () => Promise<number>;
  };
  /** Default: read at once. */
  readonly approach?: ReadApproach;
  /** What the reader connects to. Default: the replica. */
  readonly readUrl?: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const AT_ONCE: ReadApproach = { delayMs: 0, polls: false };

/** The application's processes. */
interface Cast {
  readonly writer: DemoProcess<WriterContract>;
  readonly reader: DemoProcess<ReaderContract>;
  readonly observer: DemoProcess<ObserverContract>;
}

export async function runPhase(options: PhaseOptions): Promise<PhaseResult> {
  const { store, pair, rendezvous, concurrency, lagMs, pollMs } = options;
  const { readUrl = pair.replica.url, approach = AT_ONCE } = options;
  await using queue = await start<QueueContract>(options, 'queue-process', null);
  const { port: queuePort } = await queue.ready;
  const toSetup = (databaseUrl: string, region: 'eu' | 'us'): FunctionSetup => ({
    store,
    databaseUrl,
    queuePort,
    concurrency,
    rendezvous: rendezvous?.[region] ?? null,
  });
  await using observer = await start<ObserverContract>(options, 'observer-process', {
    store,
    databaseUrl: pair.replica.url,
    lagMs,
  });
  await using reader = await start<ReaderContract>(options, 'reader-process', {
    ...toSetup(readUrl, 'us'),
    pollMs,
    approach,
  });
  await using writer = await start<WriterContract>(
    options,
    'writer-process',
    toSetup(pair.primary.url, 'eu'),
  );
  const cast = { writer, reader, observer };
  const monitorOpsBefore = await countMonitorOps(options);
  const outcomes = await runPosts(cast, options);
  const monitorOps = (await countMonitorOps(options)) - monitorOpsBefore;
  const { unanswered, readCount } = await reader.request('tally', null);
  return {
    warmUp: outcomes.slice(0, -options.posts),
    posts: outcomes.slice(-options.posts),
    unanswered,
    storeOpsPerRead: (readCount + monitorOps) / outcomes.length,
    ...(await measure(cast, options)),
  };
}

async function countMonitorOps({ rendezvous }: PhaseOptions): Promise<number> {
  return (await rendezvous?.countMonitorOps()) ?? 0;
}

function start<C extends ProcessContract>(
  { lagMs, signal }: PhaseOptions,
  program: string,
  setup: StartOptions<C>['setup'],
): Promise<DemoProcess<C>> {
  const answerTimeoutMs = lagMs + ANSWER_TIMEOUT_MS;
  return startDemoProcess<C>({ program, setup, answerTimeoutMs, signal });
}

/** Keeps up to `concurrency` posts under way, each from its write to its read. */
function runPosts(cast: Cast, options: PhaseOptions): Promise<PostOutcome[]> {
  const { name, posts, lagMs, concurrency, postRateMax = Infinity, progress, signal } = options;
  const total = WARM_UP_POSTS_PER_LANE * concurrency + posts;
  const laneRateMax = Math.min(LANE_RATE_MAX, postRateMax / concurrency);
  const laneIntervalMs = Math.max(lagMs, 1_000 / laneRateMax);
  return runLanes({ total, concurrency, laneIntervalMs, progress, signal }, (index) =>
    runPost(cast, `${name}-${index}`, index % OBSERVED_EVERY === 0),
  );
}

async function runPost(cast: Cast, post: string, observed: boolean): Promise<PostOutcome> {
  const [report, sight, { acknowledgedAtMs }] = await Promise.all([
    cast.reader.request('read', { post }),
    observed ? cast.observer.request('watch', { post }) : undefined,
    cast.writer.request('write', { post }),
  ]);
  const { stale, timedOut, succeededAtMs, releasedAtMs } = report;
  const seenAtMs = sight?.seenAtMs ?? null;
  const isWoken = releasedAtMs !== null && seenAtMs !== null;
  return {
    stale,
    timedOut,
    prevented: releasedAtMs !== null,
    windowMs: succeededAtMs === null ? undefined : succeededAtMs - acknowledgedAtMs,
    lagMs: seenAtMs === null ? undefined : seenAtMs - acknowledgedAtMs,
    wakeMs: isWoken ? releasedAtMs - seenAtMs : undefined,
  };
}

/** What is left to learn once the posts are through: the overhead without load. */
async function measure(
  { writer, reader, observer }: Cast,
  { lagMs, progress, signal }: PhaseOptions,
): Promise<Pick<PhaseResult, 'writeMs' | 'readMs' | 'observerResolutionMs'>> {
  const resolution = await observer.request('resolution', null);
  progress.step('Measuring single writes and reads');
  const write = await writer.request('measure', { count: MEASURED_CALLS });
  // Until the replica has nothing left to apply, so that the reads find everything closed.
  await sleep(2 * lagMs, undefined, { signal });
  const read = await reader.request('measure', { count: MEASURED_CALLS });
  return {
    writeMs: write.medianMs,
    readMs: read.medianMs,
    observerResolutionMs: resolution.medianMs ?? undefined,
  };
}
