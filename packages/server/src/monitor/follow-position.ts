/**
 * Follows one replica by its position, and by its signals where it has any.
 *
 *   connect to the replica ─▶ read the primary ─▶ attach (barrier) ─▶ watermark, watermark, … ─▶ lost
 *
 * The barrier is a position of the primary that was read after the replica was connected to: until
 * the replica has passed it, the node holds waits (rules 11, 21). Until then, and while branches are
 * open, the replica is asked often; else rarely: opens come in over the attach. Signals close
 * branches one by one as they come; the watermark, then asked less often, finds those that a lost
 * signal missed (rule 13).
 */
import {
  RendezvousError,
  type ReplicaConnection,
  type SignallingReplica,
  type SignalStrategy,
  type WatermarkStrategy,
} from '@rendezvous/protocol';
import { pause } from '../keep-trying.js';
import { type Bell, createBell } from './bell.js';
import { attach, observeLoss, type Watch, withConnection } from './replica-watch.js';

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

type Strategy = WatermarkStrategy | SignalStrategy;
type Replica = ReplicaConnection | SignallingReplica;

/** Resolves when the watch's signal aborts; rejects when the replica has to be connected to anew. */
export async function followPosition(watch: Watch, strategy: Strategy): Promise<void> {
  const { namespace, store, endpoint, primary } = watch.replica;
  const connect = (signal: AbortSignal): Promise<Replica> =>
    strategy.connectReplica({ endpoint, namespace, store }, signal);
  await withConnection(watch, 'a connection to the replica', connect, async (replica, signal) => {
    const reading = strategy.readPrimary(primary, signal);
    const barrier = await watch.bounded("the primary's position", reading);
    await attachAndFollow(watch, strategy, replica, barrier);
  });
}

async function attachAndFollow(
  watch: Watch,
  strategy: Strategy,
  connection: Replica,
  barrier: string,
): Promise<void> {
  const opened = createBell();
  let announcements = 0;
  const attached = attach(watch, barrier, () => {
    announcements += 1;
    opened.ring();
  });
  try {
    await watch.bounded("the node's answer to the attach", attached.answered);
    if ('listen' in connection) await listen(watch, connection);
    const isBarrierPassed = (position: string): boolean => isPassed(strategy, barrier, position);
    const announced = (): number => announcements;
    const following = { connection, attach: attached.id, opened, announced, isBarrierPassed };
    await follow(watch, strategy, following);
  } finally {
    attached.cancel();
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

function isPassed({ order }: Strategy, barrier: string, position: string): boolean {
  const [from, to] = [order.parse(barrier), order.parse(position)];
  return from !== undefined && to !== undefined && order.relation(from, to) === 'reached';
}

interface Following {
  readonly connection: Replica;
  readonly attach: number;
  /** Rings when the node has opened branches. */
  readonly opened: Bell;
  /** How often the node has said what it opened. */
  readonly announced: () => number;
  readonly isBarrierPassed: (position: string) => boolean;
}

async function follow(
  { replica: { store, region, observer }, link, signal, bounded, onAttached }: Watch,
  strategy: Strategy,
  { connection, attach: attachId, opened, announced, isBarrierPassed }: Following,
): Promise<void> {
  const intervalMinMs =
    strategy.kind === 'signal' ? POLL_INTERVAL_WITH_SIGNALS_MS : POLL_INTERVAL_MIN_MS;
  const isLost = observeLoss(connection, () => {
    opened.ring();
  });
  let last = '';
  let isAwaited = true;
  let advancedAtMs = performance.now();
  let mayHoldBack = false;
  while (!signal.aborted) {
    opened.silence();
    if (isLost()) throw new RendezvousError('store_failed', 'the connection to the replica broke');
    const askedAtMs = performance.now();
    const announcements = announced();
    observer?.watermarkAsked(store, region);
    const reading = connection.readWatermark(mayHoldBack ? ANSWER_WAIT_MS : 0);
    const position = await bounded("the replica's position", reading);
    const nowMs = performance.now();
    if (position !== last) advancedAtMs = nowMs;
    const answer = await link.request({
      kind: 'watermark',
      attach: attachId,
      position,
      announcements,
    });
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
