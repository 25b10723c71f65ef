/**
 * Looks for markers at one replica, over one connection to the node; what they prove is
 * `monitor/marker-evidence.ts`, the server's own.
 *
 *   attach ─▶ branches ─▶ read the replica, and for what is overdue the primary ─▶ close, no trace ─▶ …
 */
import type { NodeMessage, OpenBranch } from '@rendezvous/protocol';
import { judgeMarkers, type KeyReading } from '../../src/monitor/marker-evidence.js';
import type { MarkerReplica } from './marker-store.js';
import {
  type MonitorSession,
  POLL_BUSY_MS,
  POLL_IDLE_MS,
  RECONNECT_MS,
  STORE_ROUND_TRIP_MS,
  type Watch,
} from './monitor-session.js';

interface WatchedBranch {
  readonly branch: OpenBranch;
  readonly marker: string;
  readonly keys: readonly string[];
  readonly sinceMs: number;
  /** Key → every target that was read for it. */
  readonly targets: Map<string, string[]>;
  isToldTraceless: boolean;
}

export class MarkerWatch implements Watch {
  readonly #session: MonitorSession;
  readonly #replica: MarkerReplica;
  readonly #branches = new Map<string, WatchedBranch>();
  #incarnation = 0;
  #attach = 0;
  /** A plan replaces the one before. */
  #turn = 0;
  #isProbing = false;
  #pauseMs = POLL_BUSY_MS;

  constructor(session: MonitorSession, replica: MarkerReplica) {
    this.#session = session;
    this.#replica = replica;
  }

  connect(): void {
    this.#later(RECONNECT_MS, () => {
      if (!this.#replica.isUp) {
        this.connect();
        return;
      }
      this.#incarnation = this.#replica.incarnation;
      this.#later(STORE_ROUND_TRIP_MS, () => this.#attachNow());
    });
  }

  receive({ id, body }: NodeMessage): void {
    if (this.#attach === 0 || body.kind === 'done') return;
    if (body.kind === 'failure') this.#detach();
    else if (id === this.#attach && body.kind === 'branchesOpened') {
      for (const branch of body.branches) this.#learn(branch);
      this.#pauseMs = POLL_BUSY_MS;
      if (!this.#isProbing) this.#plan();
    }
  }

  #attachNow(): void {
    const { store, region, name } = this.#replica;
    this.#attach = this.#session.register(this);
    this.#session.connection.sendToNode({
      id: this.#attach,
      body: { kind: 'attach', store: store.name, region, replica: name, barrier: '' },
    });
    this.#plan();
  }

  #learn(branch: OpenBranch): void {
    const decoder = new TextDecoder();
    this.#branches.set(branch.bid, {
      branch,
      marker: branch.marker === '' ? branch.bid : branch.marker,
      keys: branch.keys.map((key) => decoder.decode(key)),
      sinceMs: this.#session.env.nowMs,
      // A target stays one for ever.
      targets: this.#branches.get(branch.bid)?.targets ?? new Map<string, string[]>(),
      isToldTraceless: false,
    });
  }

  #plan(): void {
    this.#later(this.#pauseMs, () => this.#probe());
  }

  /** Both reads go out together; which comes first does not matter. */
  #probe(): void {
    if (this.#hasLostReplica()) {
      this.#detach();
      return;
    }
    this.#forgetOld();
    this.#isProbing = this.#branches.size > 0;
    if (!this.#isProbing) return;
    const { env } = this.#session;
    const attach = this.#attach;
    let shown: ReadonlyMap<string, string> | undefined;
    let readCount = 0;
    const read = (run: () => void) => (): void => {
      if (attach !== this.#attach || !this.#session.isAlive()) return;
      run();
      if (++readCount === 2 && shown) this.#judge(shown);
    };
    const readReplica = read(() => (shown = this.#readReplica()));
    env.soon(STORE_ROUND_TRIP_MS, readReplica);
    const readPrimary = read(() => this.#readTargets());
    env.soon(STORE_ROUND_TRIP_MS + env.settings.latencyMs * 2, readPrimary);
  }

  #readReplica(): ReadonlyMap<string, string> {
    const keys = [...this.#branches.values()].flatMap((one) => one.keys);
    return new Map(keys.map((key) => [key, this.#replica.read(key)]));
  }

  /** What the primary shows is a target only for a branch that is overdue by then. */
  #readTargets(): void {
    const overdue = [...this.#branches.values()].filter(({ branch }) => branch.overdue);
    for (const { keys, targets } of overdue) {
      for (const key of keys) {
        const known = targets.get(key) ?? [];
        targets.set(key, known);
        const target = this.#replica.store.read(key);
        if (known.at(-1) !== target) known.push(target);
      }
    }
  }

  #judge(shown: ReadonlyMap<string, string>): void {
    this.#isProbing = false;
    if (this.#hasLostReplica()) {
      this.#detach();
      return;
    }
    const closed: string[] = [];
    const traceless: string[] = [];
    for (const [bid, one] of this.#branches) {
      const evidence = this.#evidenceOf(one, shown);
      if (evidence === 'visible') closed.push(bid);
      else if (evidence === 'no_trace' && !one.isToldTraceless) {
        one.isToldTraceless = true;
        traceless.push(bid);
      }
    }
    for (const bid of closed) this.#branches.delete(bid);
    this.#tell('close', closed);
    this.#tell('noTrace', traceless);
    this.#pauseMs = closed.length > 0 ? POLL_BUSY_MS : Math.min(this.#pauseMs * 2, POLL_IDLE_MS);
    this.#plan();
  }

  #evidenceOf(
    { branch, marker, keys, targets }: WatchedBranch,
    shown: ReadonlyMap<string, string>,
  ): ReturnType<typeof judgeMarkers> {
    const readings = keys.map((key): KeyReading => {
      return { atReplica: shown.get(key) ?? '', targets: targets.get(key) ?? [] };
    });
    const evidence = judgeMarkers({ ...branch, marker }, readings);
    const isOwn = readings.every(({ atReplica }) => atReplica === marker);
    if (evidence === 'visible' && !isOwn) this.#session.env.count('closes by target');
    return evidence;
  }

  #tell(kind: 'close' | 'noTrace', bids: readonly string[]): void {
    if (bids.length === 0) return;
    const { region, name: replica } = this.#replica;
    const id = this.#session.register(this);
    this.#session.connection.sendToNode({ id, body: { kind, region, replica, bids } });
  }

  /** Nobody says when a branch is closed by another's word, or given up. */
  #forgetOld(): void {
    const { env } = this.#session;
    for (const [bid, { sinceMs }] of this.#branches) {
      if (env.nowMs - sinceMs > 2 * env.settings.branchTtlMs) this.#branches.delete(bid);
    }
  }

  #detach(): void {
    const id = this.#session.register(this);
    this.#session.connection.sendToNode({ id, body: { kind: 'cancel', target: this.#attach } });
    this.#attach = 0;
    this.#isProbing = false;
    this.#branches.clear();
    this.connect();
  }

  #hasLostReplica(): boolean {
    return !this.#replica.isUp || this.#replica.incarnation !== this.#incarnation;
  }

  #later(maxMs: number, run: () => void): void {
    const turn = ++this.#turn;
    this.#session.env.soon(maxMs, () => {
      if (turn === this.#turn && this.#session.isAlive()) run();
    });
  }
}
