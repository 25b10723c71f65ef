/**
 * Puts a node under load: requests that open branches, on connections that are given.
 *
 * Closed loop: each connection has `depth` requests in flight, always. Open loop: requests become due
 * at a fixed rate, and a latency counts from then on, also when the request had to wait for one of
 * the `depth` places of a connection: a node that falls behind cannot slow the clock down.
 */
import type { Connection } from '@rendezvous/client/session';
import type { Open } from '@rendezvous/protocol';
import { monotonicMs } from '../demo/monotonic-clock.js';
import { beginUsage } from './begin-usage.js';
import { createIdentifierMint } from './identifier-mint.js';
import { LatencyHistogram } from './latency-histogram.js';
import { toStoreName, type LoadReport, type LoadSetup } from './open-contracts.js';

/** What every write of the load opens with: a key, and a position of PostgreSQL. */
const WRITE: Omit<Open, 'bid' | 'rid' | 'store'> = {
  kind: 'open',
  home: 'eu',
  keys: [new TextEncoder().encode('posts/0000000001')],
  position: '7711336838912810063/1/0/174B770',
  leaseMs: 0,
  marker: '',
};
/** How often the open loop looks for requests that are due: the finest that timers do. */
const TICK_MS = 1;

/** Rejects with the reason of the first open that the node refused. */
export function applyLoad(
  connections: readonly Connection[],
  setup: LoadSetup,
): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    new Load(connections, setup, resolve, reject).start();
  });
}

interface Lane {
  readonly connection: Connection;
  inFlight: number;
}

class Load {
  readonly #lanes: readonly Lane[];
  readonly #setup: LoadSetup;
  readonly #stores: readonly string[];
  readonly #histogram = new LatencyHistogram();
  readonly #mint = createIdentifierMint();
  readonly #startedAtMs = monotonicMs();
  readonly #finishUsage = beginUsage();
  readonly #origin = performance.now();
  readonly #resolve: (report: LoadReport) => void;
  readonly #refuse: (reason: unknown) => void;
  #ticker: NodeJS.Timeout | undefined;
  #nextLane = 0;
  #sent = 0;
  #inFlight = 0;
  #isOver = false;

  constructor(
    connections: readonly Connection[],
    setup: LoadSetup,
    resolve: (report: LoadReport) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#lanes = connections.map((connection) => ({ connection, inFlight: 0 }));
    this.#setup = setup;
    this.#stores = Array.from({ length: setup.storesPerRequest }, (_, index) => toStoreName(index));
    this.#resolve = resolve;
    this.#refuse = (reason) => {
      this.#end();
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
  }

  start(): void {
    if (this.#setup.ratePerSec !== null) this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  /** Sends what is due wherever there is room, one connection after another. */
  #tick(): void {
    const room = this.#lanes.length * this.#setup.depth;
    while (this.#inFlight < room) {
      const lane = this.#lanes[this.#nextLane];
      this.#nextLane = (this.#nextLane + 1) % this.#lanes.length;
      if (lane !== undefined && lane.inFlight < this.#setup.depth && !this.#sendNext(lane)) break;
    }
    this.#finishWhenDone();
  }

  /** Sends the next request if it is due; false: none is, now or ever. */
  #sendNext(lane: Lane): boolean {
    const { ratePerSec, durationMs, opensMax } = this.#setup;
    const nowMs = performance.now();
    const isLate = this.#sent > 0 && nowMs - this.#origin >= durationMs;
    if (isLate || this.#sent === opensMax) this.#end();
    if (this.#isOver) return false;
    const dueAtMs = ratePerSec === null ? nowMs : this.#origin + (this.#sent * 1_000) / ratePerSec;
    if (dueAtMs > nowMs) return false;
    this.#send(lane, dueAtMs);
    return true;
  }

  #send(lane: Lane, dueAtMs: number): void {
    this.#sent += 1;
    this.#inFlight += 1;
    lane.inFlight += 1;
    let missing = this.#stores.length;
    const acknowledge = (): void => {
      missing -= 1;
      if (missing === 0) this.#finish(lane, dueAtMs);
    };
    const rid = this.#mint();
    for (const store of this.#stores) {
      const bid = this.#mint();
      lane.connection.request({ ...WRITE, bid, rid, store }).then(acknowledge, this.#refuse);
    }
  }

  #finish(lane: Lane, dueAtMs: number): void {
    this.#histogram.record(performance.now() - dueAtMs);
    this.#inFlight -= 1;
    lane.inFlight -= 1;
    this.#sendNext(lane);
    this.#finishWhenDone();
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
