/**
 * One phase of the demo on Lambda: the example's two functions in a Lambda service, a topic and a queue
 * between them, a number of posts through it all, and what came of each.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { RendezvousError } from '@rendezvous/protocol';
import {
  startLambdaService,
  toSqsEvent,
  type FunctionOptions,
  type InvocationReport,
  type LambdaService,
} from '@rendezvous/testkit';
import { startDemoProcess, type DemoProcess } from '../demo-process.js';
import {
  LANE_RATE_MAX,
  MEASURED_CALLS,
  type PhaseResult,
  type PostOutcome,
} from '../demo-result.js';
import { monotonicMs } from '../monotonic-clock.js';
import type { Nodes } from '../nodes.js';
import { OBSERVED_EVERY, WARM_UP_POSTS_PER_LANE } from '../phase.js';
import type { ObserverContract } from '../process-contracts.js';
import type { Progress } from '../progress.js';
import { runLanes } from '../run-lanes.js';
import { percentile } from '../statistics.js';
import type { StorePair } from '../stores/demo-store.js';
import { LOCAL_CREDENTIALS, startMessaging, type Messaging } from './messaging.js';
import { PostLog } from './post-log.js';

/** What a function may need beyond the lag before something is broken. */
const GRACE_MS = 10_000;
const ANSWER_TIMEOUT_MS = 60_000;

export interface LambdaPhaseOptions {
  /** Starts the ids of the phase's posts. */
  readonly name: string;
  /** Where the bundled functions are. */
  readonly directory: string;
  readonly pair: StorePair;
  readonly posts: number;
  readonly lagMs: number;
  /** Processes of each function. */
  readonly concurrency: number;
  readonly visibilityTimeoutMs: number;
  readonly waitTimeoutMs: number;
  /** Absent: the phase without. */
  readonly nodes?: Nodes;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

interface Cast {
  readonly client: LambdaClient;
  readonly lambda: LambdaService;
  readonly messaging: Messaging;
  readonly observer: DemoProcess<ObserverContract>;
  readonly log: PostLog;
  readonly reports: InvocationReport[];
}

export async function runLambdaPhase(options: LambdaPhaseOptions): Promise<PhaseResult> {
  const { pair, lagMs, signal, visibilityTimeoutMs } = options;
  await using messaging = await startMessaging(visibilityTimeoutMs);
  await using observer = await startDemoProcess<ObserverContract>({
    program: 'observer-process',
    setup: { store: 'postgres', databaseUrl: pair.replica.url, lagMs },
    answerTimeoutMs: lagMs + ANSWER_TIMEOUT_MS,
    signal,
  });
  const log = new PostLog();
  const reports: InvocationReport[] = [];
  await using lambda = await startLambdaService({
    functions: toFunctions(options, messaging),
    onLog: ({ requestId, line }) => log.add({ requestId, line, atMs: monotonicMs() }),
    onReport: (report) => reports.push(report),
  });
  const { endpoint, region } = lambda;
  await using mapping = await lambda.mapQueue({
    functionName: 'reader',
    queueUrl: messaging.queueUrl,
    endpoint: messaging.endpoint,
    batchSize: 1,
    reportBatchItemFailures: true,
    concurrencyMax: options.concurrency,
  });
  const client = new LambdaClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  const cast = { client, lambda, messaging, observer, log, reports };
  const outcomes = await runPosts(cast, options);
  const unanswered = options.nodes === undefined ? 0 : log.unanswered;
  await mapping.shutdown();
  return {
    warmUp: outcomes.slice(0, -options.posts),
    posts: outcomes.slice(-options.posts),
    unanswered,
    ...(await measure(cast, options)),
  };
}

/** Both functions, as the example's templates describe them. */
function toFunctions(options: LambdaPhaseOptions, messaging: Messaging): FunctionOptions[] {
  const { directory, pair, nodes, concurrency, waitTimeoutMs } = options;
  const toFunction = (name: string, region: 'eu' | 'us', databaseUrl: string): FunctionOptions => ({
    name,
    handler: `${name}.handler`,
    directory,
    concurrencyMax: concurrency,
    timeoutMs: waitTimeoutMs + GRACE_MS,
    environment: {
      AWS_REGION: region === 'eu' ? 'eu-west-1' : 'us-east-1',
      AWS_ENDPOINT_URL: messaging.endpoint,
      DATABASE_URL: databaseUrl,
      TOPIC_ARN: messaging.topicArn,
      QUEUE_URL: messaging.queueUrl,
      ...(nodes !== undefined && {
        NODE_OPTIONS: `--require ${directory}/tap.js`,
        RENDEZVOUS_REGION: region,
        RENDEZVOUS_NODES: nodes[region],
        RENDEZVOUS_TIMEOUT_MS: String(waitTimeoutMs),
      }),
    },
  });
  return [
    toFunction('writer', 'eu', pair.primary.url),
    toFunction('reader', 'us', pair.replica.url),
  ];
}

function runPosts(cast: Cast, options: LambdaPhaseOptions): Promise<PostOutcome[]> {
  const { name, posts, lagMs, concurrency, progress, signal } = options;
  const total = WARM_UP_POSTS_PER_LANE * concurrency + posts;
  const laneIntervalMs = Math.max(lagMs, 1_000 / LANE_RATE_MAX);
  return runLanes({ total, concurrency, laneIntervalMs, progress, signal }, (index) =>
    runPost(cast, `${name}-${index}`, index % OBSERVED_EVERY === 0, signal),
  );
}

async function runPost(
  cast: Cast,
  post: string,
  observed: boolean,
  signal: AbortSignal,
): Promise<PostOutcome> {
  const [trace, sight] = await abortable(
    signal,
    Promise.all([
      cast.log.untilFound(post),
      observed ? cast.observer.request('watch', { post }) : undefined,
      invoke(cast, 'writer', { id: post, text: `What ${post} says to its readers.` }),
    ]),
  );
  const { stale, timedOut, storedAtMs = Number.NaN, foundAtMs = Number.NaN, releasedAtMs } = trace;
  const seenAtMs = sight?.seenAtMs ?? undefined;
  return {
    stale,
    timedOut,
    prevented: releasedAtMs !== undefined,
    windowMs: foundAtMs - storedAtMs,
    lagMs: seenAtMs === undefined ? undefined : seenAtMs - storedAtMs,
    wakeMs:
      releasedAtMs === undefined || seenAtMs === undefined ? undefined : releasedAtMs - seenAtMs,
  };
}

/** Rejects when the function fails. */
async function invoke({ client }: Cast, FunctionName: string, event: unknown): Promise<void> {
  const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) });
  const { FunctionError, Payload = new Uint8Array() } = await client.send(command);
  if (FunctionError === undefined) return;
  const message = `${FunctionName} failed: ${Buffer.from(Payload).toString()}`;
  throw new RendezvousError('store_failed', message);
}

async function abortable<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  // sleep() is the abort signal as a promise that goes when it is not needed.
  const ending = new AbortController();
  const aborted = sleep(2 ** 31 - 1, undefined, {
    signal: AbortSignal.any([signal, ending.signal]),
  });
  try {
    return (await Promise.race([work, aborted])) as T;
  } finally {
    ending.abort();
    aborted.catch(() => undefined);
    work.catch(() => undefined);
  }
}

/** What is left to learn once the posts are through: the overhead without load, as invocations last. */
async function measure(
  cast: Cast,
  { name, lagMs, progress, signal }: LambdaPhaseOptions,
): Promise<Omit<PhaseResult, 'posts' | 'warmUp' | 'unanswered'>> {
  const resolution = await cast.observer.request('resolution', null);
  progress.step('Measuring single invocations');
  const writeMs = await medianDuration(cast, 'writer', signal, (index) =>
    Promise.resolve({ id: `measured-${name}-${index}`, text: 'Measured.' }),
  );
  // Until the replica has nothing left to apply, so that the reads find everything closed.
  await sleep(2 * lagMs, undefined, { signal });
  const readMs = await medianDuration(cast, 'reader', signal, async () => {
    const sample = await cast.messaging.takeSample();
    const queueArn = 'arn:aws:sqs:us-east-1:000000000000:posts';
    const event: unknown = JSON.parse(
      toSqsEvent(sample === undefined ? [] : [sample], queueArn).toString(),
    );
    return event;
  });
  return { writeMs, readMs, observerResolutionMs: resolution.medianMs ?? undefined };
}

/** The median time in ms of invocations of a function, one after another. */
async function medianDuration(
  cast: Cast,
  functionName: string,
  signal: AbortSignal,
  toEvent: (index: number) => Promise<unknown>,
): Promise<number> {
  for (let index = 0; index < MEASURED_CALLS; index++) {
    signal.throwIfAborted();
    await invoke(cast, functionName, await toEvent(index));
  }
  const ofFunction = cast.reports.filter((report) => report.functionName === functionName);
  const durationsMs = ofFunction.slice(-MEASURED_CALLS).map(({ durationMs }) => durationMs);
  return percentile(durationsMs, 0.5) ?? 0;
}
