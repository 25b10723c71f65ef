/**
 * Watches one replica, by its watermark and by its signals where it has any, and tells the node.
 *
 *   connect to the replica ─▶ read the primary ─▶ attach (barrier) ─▶ watermark, watermark, … ─▶ lost
 *            ▲                                                                                  │
 *            └────────────────────────────── back-off ──────────────────────────────────────────┘
 *
 * The barrier is a position of the primary that was read after the replica was connected to: until
 * the replica has passed it, the node holds waits (rules 11, 21). Until then, and while branches are
 * open, the replica is asked often; else rarely: opens come in over the attach. Signals close
 * branches one by one as they come; the watermark, then asked less often, finds those that a lost
 * signal missed (rule 13).
 */
import {
  type NodeBody,
  RendezvousError,
  type ReplicaConnection,
  type SignallingReplica,
  type VisibilityStrategy,
} from '@rendezvous/protocol';
import type { MonitorLink } from '../host/local-link.js';
import { keepTrying, pause } from '../keep-trying.js';
import type { Log } from '../ports.js';
import { type Bell, createBell } from './bell.js';
import { inTime } from './in-time.js';

export interface WatchedReplica {
  readonly namespace: string;
  readonly store: string;
  readonly region: string;
  /** `us-1` is the first replica of `us`. */
  readonly name: string;
  /** URL of the replica. */
  readonly endpoint: string;
  /** URL of the store's primary. */
  readonly primary: string;
  readonly strategy: VisibilityStrategy;
  /** For each answer of replica, primary and node. Default 10,000: adapters have bounds of their own. */
  readonly answerTimeoutMs?: number;
}

const ANSWER_TIMEOUT_MS = 10_000;
/** Between two questions while branches are open: a fast answer costs the replica ~0.1 ms of CPU. */
const POLL_INTERVAL_MIN_MS = 1;
/** For so long a replica that can may hold its answer back until it has moved; adapters may wait less. */
const ANSWER_WAIT_MS = 100;
/** With signals the watermark is for what they missed, and for the barrier. */
const POLL_INTERVAL_WITH_SIGNALS_MS = 25;
/** A stalled replica is asked less often: at 1 % of the stall, for it costs no more of the wait. */
const POLL_STALL_SHARE = 0.01;
const POLL_INTERVAL_MAX_MS = 25;
/** With no branch open: often enough to notice a replica that is gone or went back. */
const IDLE_INTERVAL_MS = 1_000;

/** Watches until `signal` aborts. Never rejects: every failure is logged and tried anew. */
export async function watchReplica(
  replica: WatchedReplica,
  link: MonitorLink,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const { store, region, name } = replica;
  await keepTrying(
    (succeeded) =>
      watchOnce(replica, link, signal, () => {
        succeeded();
        log({ level: 'info', event: 'monitor_attached', store, region, replica: name });
      }),
    {
      signal,
      onFailure: ({ message: reason }) => {
        log({ level: 'warn', event: 'monitor_detached', store, region, replica: name, reason });
      },
    },
  );
}

/** One replica's watch and its surroundings. */
interface Watch {
  readonly replica: WatchedReplica;
  readonly link: MonitorLink;
  readonly signal: AbortSignal;
  /** Puts a bound on an answer of the replica, the primary or the node. */
  readonly bounded: <T>(what: string, promise: Promise<T>) => Promise<T>;
}

type Replica = ReplicaConnection | SignallingReplica;

async function watchOnce(
  replica: WatchedReplica,
  link: MonitorLink,
  signal: AbortSignal,
  onAttached: () => void,
): Promise<void> {
  const { namespace, store, endpoint, primary, strategy } = replica;
  const { answerTimeoutMs: timeoutMs = ANSWER_TIMEOUT_MS } = replica;
  const bounded: Watch['bounded'] = (what, promise) => inTime(promise, { what, timeoutMs, signal });
  const attempt = new AbortController();
  const abandon = (): void => attempt.abort();
  const target = { endpoint, namespace, store };
  const connecting: Promise<Replica> = strategy.connectReplica(target, attempt.signal);
  signal.addEventListener('abort', abandon);
  let connection: Replica | undefined;
  try {
    connection = await bounded('a connection to the replica', connecting);
    const reading = strategy.readPrimary(primary, attempt.signal);
    const barrier = await bounded("the primary's position", reading);
    await attachAndFollow({ replica, link, signal, bounded }, connection, barrier, onAttached);
  } finally {
    signal.removeEventListener('abort', abandon);
    abandon();
    if (connection) await connection.shutdown();
    else closeLate(connecting);
  }
}

async function attachAndFollow(
  watch: Watch,
  connection: Replica,
  barrier: string,
  onAttached: () => void,
): Promise<void> {
  const { replica, link, bounded } = watch;
  const { store, region, name, strategy } = replica;
  const opened = createBell();
  let attach = 0;
  const attached = new Promise<void>((resolve, reject) => {
    const request = { kind: 'attach', store, region, replica: name, barrier } as const;
    attach = link.stream(request, (body: NodeBody) => {
      if (body.kind === 'failure') {
        reject(new RendezvousError('store_failed', body.message));
        return;
      }
      resolve();
      opened.ring();
    });
  });
  try {
    await bounded("the node's answer to the attach", attached);
    if ('listen' in connection) await listen(watch, connection);
    const isBarrierPassed = (position: string): boolean => isPassed(strategy, barrier, position);
    await follow(watch, { connection, attach, opened, isBarrierPassed }, onAttached);
  } finally {
    if (attach !== 0) link.send({ kind: 'cancel', target: attach });
  }
}

async function listen(
  { replica: { region, name }, link, bounded }: Watch,
  connection: SignallingReplica,
): Promise<void> {
  const close = (bids: readonly string[]): void => {
    // A hint that gets lost on the way is found by the watermark.
    link.request({ kind: 'close', region, replica: name, bids }).catch(() => undefined);
  };
  await bounded("the replica's signals", connection.listen(close));
}

/** Nobody waits for this connection any more; should it come, it must not stay. */
function closeLate(connecting: Promise<ReplicaConnection>): void {
  connecting.then((connection) => connection.shutdown()).catch(() => undefined);
}

function isPassed({ order }: VisibilityStrategy, barrier: string, position: string): boolean {
  const [from, to] = [order.parse(barrier), order.parse(position)];
  return from !== undefined && to !== undefined && order.relation(from, to) === 'reached';
}

interface Attached {
  readonly connection: Replica;
  readonly attach: number;
  /** Rings when the node has opened branches. */
  readonly opened: Bell;
  readonly isBarrierPassed: (position: string) => boolean;
}

async function follow(
  { replica: { strategy }, link, signal, bounded }: Watch,
  { connection, attach, opened, isBarrierPassed }: Attached,
  onAttached: () => void,
): Promise<void> {
  const intervalMinMs =
    strategy.kind === 'signal' ? POLL_INTERVAL_WITH_SIGNALS_MS : POLL_INTERVAL_MIN_MS;
  const isLost = observeLoss(connection, opened);
  let last = '';
  let isAwaited = true;
  let advancedAtMs = performance.now();
  let mayHoldBack = false;
  while (!signal.aborted) {
    opened.silence();
    if (isLost()) throw new RendezvousError('store_failed', 'the connection to the replica broke');
    const askedAtMs = performance.now();
    const reading = connection.readWatermark(mayHoldBack ? ANSWER_WAIT_MS : 0);
    const position = await bounded("the replica's position", reading);
    const nowMs = performance.now();
    if (position !== last) advancedAtMs = nowMs;
    const answer = await link.request({ kind: 'watermark', attach, position });
    // Only now: a replica that connects, and then cannot say how far it is, is asked less and less.
    if (last === '') onAttached();
    last = position;
    isAwaited &&= !isBarrierPassed(position);
    const branchesOpen = answer.kind === 'watermarked' ? answer.branchesOpen : 0;
    if (isAwaited || branchesOpen > 0 || opened.hasRung) {
      const leastMs = isAwaited ? POLL_INTERVAL_MIN_MS : intervalMinMs;
      const stallMs = Math.min(POLL_INTERVAL_MAX_MS, (nowMs - advancedAtMs) * POLL_STALL_SHARE);
      mayHoldBack = strategy.kind === 'watermark';
      // An answer that was held back has paused for us.
      const pauseMs = Math.max(leastMs, stallMs) - (nowMs - askedAtMs);
      if (pauseMs > 0) await pause(pauseMs, signal);
    } else {
      mayHoldBack = false;
      advancedAtMs = nowMs;
      await opened.heard(IDLE_INTERVAL_MS, signal);
    }
  }
}

/** Whether the connection is lost; the bell rings when it gets so, to end a long pause. */
function observeLoss({ lost }: Replica, bell: Bell): () => boolean {
  let isLost = false;
  const letGo = (): void => {
    isLost = true;
    bell.ring();
  };
  lost.then(letGo).catch(() => undefined);
  return () => isLost;
}
