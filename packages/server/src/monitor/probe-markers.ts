/**
 * Watches one replica of a store without positions by the markers of its open branches.
 *
 *   connect to the replica ─▶ attach (lineage) ─▶ round of probes, round of probes, … ─▶ lost
 *                                   │
 *                                   └─▶ rounds of targets at the primary, over a connection of their own
 *
 * `probe-schedule.ts` says what is looked up when, and what follows; here it is looked up, and told to
 * the node as the answers come: a late one holds up the next round, but nothing that others show. The
 * primary is connected to when the first branch is overdue; while it cannot be reached, only targets
 * are missing. What others settled (an abort, another monitor, an application) the node does not tell,
 * so from time to time the monitor attaches anew, beside the old attach, and forgets what is not open
 * any more.
 */
import {
  type MarkerReader,
  type ProbedReplica,
  type ProbeStrategy,
  RendezvousError,
} from '@rendezvous/protocol';
import { keepTrying } from '../keep-trying.js';
import { type Bell, createBell } from './bell.js';
import { inTime } from './in-time.js';
import type { LookupPlace } from './monitor-observer.js';
import type { MarkedKey } from './open-markers.js';
import { type Findings, type ProbeRound, ProbeSchedule } from './probe-schedule.js';
import { attach, type Attached, observeLoss, type Watch, withConnection } from './replica-watch.js';
import { createTeller, type Teller } from './tell-findings.js';

const REATTACH_INTERVAL_MS = 30_000;
/** Nothing is open, or overdue: whoever changes that rings. */
const IDLE_INTERVAL_MS = 60_000;
/** One frame's worth. */
const BID_COUNT_MAX = 5_000;

/** A watch, what it has looked up, and its two bells. */
interface Probing extends Watch {
  readonly strategy: ProbeStrategy;
  readonly schedule: ProbeSchedule;
  /** Rings when there may be something to look up at the replica. */
  readonly opened: Bell;
  /** Rings when there may be something to look up at the primary. */
  readonly overdue: Bell;
  readonly teller: Teller;
}

/** Resolves when the watch's signal aborts; rejects when the replica has to be connected to anew. */
export async function probeMarkers(watch: Watch, strategy: ProbeStrategy): Promise<void> {
  const { namespace, store, endpoint } = watch.replica;
  const connect = (signal: AbortSignal): Promise<ProbedReplica> =>
    strategy.connectReplica({ endpoint, namespace, store }, signal);
  await withConnection(watch, 'a connection to the replica', connect, async (replica) => {
    const over = new AbortController();
    const signal = AbortSignal.any([watch.signal, over.signal]);
    const schedule = new ProbeSchedule();
    const bound = { timeoutMs: watch.answerTimeoutMs, signal };
    const opened = createBell();
    const probing: Probing = {
      ...watch,
      strategy,
      schedule,
      signal,
      bounded: (what, promise) => inTime(promise, { what, ...bound }),
      opened,
      overdue: createBell(),
      teller: createTeller(
        (found) => tell(watch, found, signal),
        () => {
          opened.ring();
        },
      ),
    };
    const readingTargets = readTargets(probing);
    try {
      await attachAndProbe(probing, replica);
    } finally {
      over.abort();
      await readingTargets;
    }
  });
}

async function attachAndProbe(probing: Probing, replica: ProbedReplica): Promise<void> {
  const { schedule, opened, bounded } = probing;
  const { reattachIntervalMs = REATTACH_INTERVAL_MS } = probing.replica;
  let generation = 0;
  const { lineage = '' } = replica;
  let attached = attachTo(probing, lineage, generation);
  let attachedAtMs = performance.now();
  const reattachWhenDue = async (): Promise<void> => {
    if (performance.now() - attachedAtMs < reattachIntervalMs) return;
    attachedAtMs = performance.now();
    if (schedule.size === 0) return;
    const previous = attached;
    attached = attachTo(probing, lineage, ++generation);
    previous.cancel();
    await bounded("the node's answer to the attach", attached.answered);
    // What is open is told in pieces, all of them before this answer.
    await bounded("the node's answer", probing.link.request({ kind: 'ping' }));
    schedule.sweep(generation);
  };
  try {
    await bounded("the node's answer to the attach", attached.answered);
    const hint = (keys: readonly Uint8Array[]): void => {
      schedule.hint(keys);
      opened.ring();
    };
    if (replica.listen) await bounded("the replica's hints", replica.listen(hint));
    await probe(probing, replica, reattachWhenDue);
  } finally {
    attached.cancel();
  }
}

function attachTo(probing: Probing, lineage: string, generation: number): Attached {
  const { schedule, opened, overdue } = probing;
  return attach(probing, lineage, (branches) => {
    const nowMs = performance.now();
    for (const branch of branches) schedule.insert(branch, nowMs, generation);
    opened.ring();
    overdue.ring();
  });
}

async function probe(
  probing: Probing,
  replica: ProbedReplica,
  reattachWhenDue: () => Promise<void>,
): Promise<void> {
  const { schedule, opened, overdue, signal, teller } = probing;
  const isLost = observeLoss(replica, () => {
    opened.ring();
  });
  // A replica that connects, and then cannot be read, is asked less and less.
  let prove = probing.onAttached;
  const proven = (): void => {
    prove();
    prove = () => undefined;
  };
  while (!signal.aborted) {
    opened.silence();
    if (isLost()) throw new RendezvousError('store_failed', 'the connection to the replica broke');
    await teller.told();
    await reattachWhenDue();
    const round = schedule.takeProbes(performance.now());
    if (round.keys.length === 0) {
      proven();
      await until(schedule.nextProbeAtMs, opened, signal);
      continue;
    }
    await look(probing, replica, round, 'replica', (keys, markers) => {
      // The replica that another connection finds may be another one.
      if (signal.aborted) return;
      teller.tell(schedule.takeMarkers(round, keys, markers, performance.now()));
    });
    proven();
    schedule.settleProbes(round, performance.now());
    // What was passed over is to be looked up at the primary.
    overdue.ring();
  }
}

/** Never rejects: while the primary is away, branches close by their own markers only. */
async function readTargets(probing: Probing): Promise<void> {
  const { replica, strategy, schedule, overdue, signal, log } = probing;
  const { namespace, store, region, name, primary: endpoint } = replica;
  const connect = (attempt: AbortSignal): Promise<MarkerReader> =>
    strategy.connectPrimary({ endpoint, namespace, store }, attempt);
  await keepTrying(
    async (succeeded) => {
      while (!signal.aborted && schedule.nextTargetAtMs > performance.now()) {
        overdue.silence();
        await until(schedule.nextTargetAtMs, overdue, signal);
      }
      if (signal.aborted) return;
      await withConnection(probing, 'a connection to the primary', connect, async (primary) => {
        await followTargets(probing, primary, succeeded);
      });
    },
    {
      signal,
      onFailure: ({ message: reason }) => {
        log({ level: 'warn', event: 'targets_unread', store, region, replica: name, reason });
      },
    },
  );
}

async function followTargets(
  probing: Probing,
  primary: MarkerReader,
  succeeded: () => void,
): Promise<void> {
  const { schedule, overdue, signal, teller } = probing;
  const isLost = observeLoss(primary, () => {
    overdue.ring();
  });
  while (!signal.aborted) {
    overdue.silence();
    if (isLost()) throw new RendezvousError('store_failed', 'the connection to the primary broke');
    if (schedule.nextTargetAtMs > performance.now()) {
      await until(schedule.nextTargetAtMs, overdue, signal);
      continue;
    }
    const round = schedule.takeTargets(performance.now());
    try {
      const markers = await look(probing, primary, round, 'primary');
      teller.tell(schedule.settleTargets(round, markers, performance.now()));
    } catch (error) {
      schedule.postponeTargets(round, performance.now());
      throw error;
    }
    succeeded();
  }
}

/**
 * The markers of the round's keys, in as many questions as it takes, all of them at once; `onAnswer`
 * hears of each answer as it comes.
 */
async function look(
  { replica: { store, region, observer }, strategy: { keyCountMax }, bounded }: Probing,
  reader: MarkerReader,
  { keys }: ProbeRound,
  at: LookupPlace,
  onAnswer: (keys: readonly MarkedKey[], markers: readonly string[]) => void = () => undefined,
): Promise<readonly string[]> {
  observer?.lookedUp(store, region, at, keys.length);
  const asked = piecesOf(keys, keyCountMax).map(async (piece) => {
    const markers = await reader.readMarkers(piece.map(({ bytes }) => bytes));
    if (markers.length !== piece.length) {
      throw new RendezvousError('store_failed', 'the adapter returned not one marker for each key');
    }
    onAnswer(piece, markers);
    return markers;
  });
  return (await bounded(`the ${at}'s markers`, Promise.all(asked))).flat();
}

async function tell(
  { replica: { region, name: replica }, link }: Watch,
  { visible, traceless }: Findings,
  signal: AbortSignal,
): Promise<void> {
  // In this order: a trace may have shown since.
  for (const bids of piecesOf(traceless, BID_COUNT_MAX)) {
    if (signal.aborted) return;
    await link.request({ kind: 'noTrace', region, replica, bids });
  }
  for (const bids of piecesOf(visible, BID_COUNT_MAX)) {
    if (signal.aborted) return;
    await link.request({ kind: 'close', region, replica, bids });
  }
}

async function until(atMs: number, bell: Bell, signal: AbortSignal): Promise<void> {
  const delayMs = Math.min(IDLE_INTERVAL_MS, atMs - performance.now());
  if (delayMs > 0) await bell.heard(delayMs, signal);
}

function piecesOf<T>(items: readonly T[], countMax: number): T[][] {
  const pieces: T[][] = [];
  for (let start = 0; start < items.length; start += countMax) {
    pieces.push(items.slice(start, start + countMax));
  }
  return pieces;
}
