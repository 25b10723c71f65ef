/**
 * Puts a node under load: requests that open branches, on sessions that are given.
 *
 * Closed loop: each session has `depth` requests in flight, always. Open loop: requests become due
 * at a fixed rate, and a latency counts from then on, also when the request had to wait for one of
 * the `depth` places of a session: a node that falls behind cannot slow the clock down.
 */
import { fromFailure, type NodeMessage, RendezvousError } from '@rendezvous/protocol';
import { monotonicMs } from '../demo/monotonic-clock.js';
import { beginUsage } from './begin-usage.js';
import { LatencyHistogram } from './latency-histogram.js';
import { toStoreName, type LoadReport, type LoadSetup } from './open-contracts.js';
import { createOpenTemplate, OPEN_ID_MIN, OpenFrames, type OpenTemplate } from './open-frames.js';
import { UlidMint } from './ulid-mint.js';
import type { WireSession } from './wire-session.js';

/** How often the open loop looks for requests that are due: the finest that timers do. */
const TICK_MS = 1;

/** Rejects with the reason of the first open that the node refused. */
export function applyLoad(sessions: readonly WireSession[], setup: LoadSetup): Promise<LoadReport> {
  const { storesPerRequest, depth } = setup;
  const templates = Array.from({ length: storesPerRequest }, (_, index) =>
    createOpenTemplate(toStoreName(index)),
  );
  const mint = new UlidMint();
  // All that takes time before the clock of the load starts.
  const lanes = sessions.map((session) => new Lane(session, templates, mint, depth));
  return new Promise((resolve, reject) => {
    new Load(lanes, setup, resolve, reject).start();
  });
}

/** The requests in flight on one session: each has one of `depth` slots, and an id per store. */
class Lane {
  readonly session: WireSession;
  readonly frames: OpenFrames;
  readonly freeSlots: number[];
  readonly dueAtMs: Float64Array;
  readonly missing: Uint32Array;
  /** By id: 1 while the open is not acknowledged. */
  readonly isOpening: Uint8Array;

  constructor(
    session: WireSession,
    templates: readonly OpenTemplate[],
    mint: UlidMint,
    depth: number,
  ) {
    this.session = session;
    this.frames = new OpenFrames({
      templates,
      mint,
      requestCount: depth,
      send: (frame) => session.send(frame),
    });
    this.freeSlots = Array.from({ length: depth }, (_, index) => depth - 1 - index);
    this.dueAtMs = new Float64Array(depth);
    this.missing = new Uint32Array(depth);
    this.isOpening = new Uint8Array(depth * templates.length);
  }
}

class Load {
  readonly #lanes: readonly Lane[];
  readonly #setup: LoadSetup;
  readonly #histogram = new LatencyHistogram();
  readonly #startedAtMs = monotonicMs();
  readonly #finishUsage = beginUsage();
  readonly #origin = performance.now();
  readonly #resolve: (report: LoadReport) => void;
  readonly #refuse: (reason: Error) => void;
  #ticker: NodeJS.Timeout | undefined;
  #nextLane = 0;
  #sent = 0;
  #inFlight = 0;
  #isOver = false;

  constructor(
    lanes: readonly Lane[],
    setup: LoadSetup,
    resolve: (report: LoadReport) => void,
    reject: (reason: Error) => void,
  ) {
    this.#setup = setup;
    this.#resolve = resolve;
    this.#refuse = (reason) => {
      this.#end();
      reject(reason);
    };
    this.#lanes = lanes;
    for (const lane of lanes) {
      lane.session.onMessages((messages) => this.#receive(lane, messages));
      lane.session.ended
        .then(() => {
          this.#refuse(new RendezvousError('unavailable', 'the node ended a session under load'));
        })
        .catch(this.#refuse);
    }
  }

  start(): void {
    if (this.#setup.ratePerSec !== null) this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  /** Sends what is due wherever there is room, one session after another. */
  #tick(): void {
    const room = this.#lanes.length * this.#setup.depth;
    const nowMs = performance.now();
    while (this.#inFlight < room) {
      const lane = this.#lanes[this.#nextLane];
      this.#nextLane = (this.#nextLane + 1) % this.#lanes.length;
      if (lane && lane.freeSlots.length > 0 && !this.#sendNext(lane, nowMs)) break;
    }
    for (const lane of this.#lanes) lane.frames.flush();
    this.#finishWhenDone();
  }

  /** Takes the next request if it is due; false: none is, now or ever. */
  #sendNext(lane: Lane, nowMs: number): boolean {
    const { ratePerSec, durationMs, opensMax } = this.#setup;
    const isLate = this.#sent > 0 && nowMs - this.#origin >= durationMs;
    if (isLate || this.#sent === opensMax) this.#end();
    if (this.#isOver) return false;
    const dueAtMs = ratePerSec === null ? nowMs : this.#origin + (this.#sent * 1_000) / ratePerSec;
    if (dueAtMs > nowMs) return false;
    this.#send(lane, dueAtMs);
    return true;
  }

  #send(lane: Lane, dueAtMs: number): void {
    const slot = lane.freeSlots.pop() ?? 0;
    const { storesPerRequest } = this.#setup;
    const first = slot * storesPerRequest;
    this.#sent += 1;
    this.#inFlight += 1;
    lane.dueAtMs[slot] = dueAtMs;
    lane.missing[slot] = storesPerRequest;
    lane.isOpening.fill(1, first, first + storesPerRequest);
    lane.frames.add(OPEN_ID_MIN + first, Date.now());
  }

  #receive(lane: Lane, messages: readonly NodeMessage[]): void {
    const nowMs = performance.now();
    for (const { id, body } of messages) {
      if (body.kind === 'failure') {
        this.#refuse(fromFailure(body));
        return;
      }
      const index = id - OPEN_ID_MIN;
      if (body.kind !== 'opened' || lane.isOpening[index] !== 1) {
        this.#refuse(new RendezvousError('bad_frame', `nothing awaits the ${body.kind} ${id}`));
        return;
      }
      lane.isOpening[index] = 0;
      const slot = Math.floor(index / this.#setup.storesPerRequest);
      const missing = (lane.missing[slot] ?? 0) - 1;
      lane.missing[slot] = missing;
      if (missing === 0) this.#finish(lane, slot, nowMs);
    }
    lane.frames.flush();
    this.#finishWhenDone();
  }

  #finish(lane: Lane, slot: number, nowMs: number): void {
    this.#histogram.record(nowMs - (lane.dueAtMs[slot] ?? 0));
    this.#inFlight -= 1;
    lane.freeSlots.push(slot);
    this.#sendNext(lane, nowMs);
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#ticker);
  }

  #finishWhenDone(): void {
    if (!this.#isOver || this.#inFlight > 0) return;
    this.#resolve({
      opens: this.#histogram.total,
      startedAtMs: this.#startedAtMs,
      finishedAtMs: monotonicMs(),
      latencyCounts: this.#histogram.toCounts(),
      usage: this.#finishUsage(),
    });
  }
}
