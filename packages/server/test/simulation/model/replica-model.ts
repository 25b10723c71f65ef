/** One replica as its monitors describe it to a node (rules 11, 12, 21). */
import type { ModelBranch, ModelStore, Place } from './model-branch.js';

interface Monitor {
  /** Bids that it was told of → whether the branch was overdue, when it was told last. */
  readonly told: Map<string, boolean>;
  readonly barrier: unknown;
  watermark: unknown;
  text: string;
  hasPassed: boolean;
}

export class ReplicaModel {
  readonly store: ModelStore;
  readonly place: Place;
  lostAtMs: number;
  /** Since when it is ready; undefined while it is not. */
  readySinceMs: number | undefined;
  readonly #monitors = new Map<string, Monitor>();

  constructor(store: ModelStore, place: Place, nowMs: number) {
    this.store = store;
    this.place = place;
    this.lostAtMs = nowMs;
  }

  get monitorCount(): number {
    return this.#monitors.size;
  }

  /** Every monitor says that it is past its barrier, and there is one. */
  get isReady(): boolean {
    const monitors = [...this.#monitors.values()];
    return monitors.length > 0 && monitors.every(({ hasPassed }) => hasPassed);
  }

  /** Call after every input. */
  noticeReadiness(nowMs: number): void {
    this.readySinceMs = this.isReady ? (this.readySinceMs ?? nowMs) : undefined;
  }

  /** A monitor is told of open branches. */
  told(key: string, branches: Iterable<{ readonly bid: string; readonly overdue: boolean }>): void {
    const monitor = this.#monitors.get(key);
    for (const { bid, overdue } of branches) monitor?.told.set(bid, overdue);
  }

  /** Whether every monitor knows of this branch (rule 13), and whether it is overdue (rule 19). */
  knowsOf({ bid, lease }: ModelBranch): boolean {
    const isOverdue = lease === undefined;
    return [...this.#monitors.values()].every(({ told }) => told.get(bid) === isOverdue);
  }

  get watermarks(): readonly unknown[] {
    return [...this.#monitors.values()].map(({ watermark }) => watermark);
  }

  /** What the first monitor said last. */
  get position(): string {
    for (const { text } of this.#monitors.values()) return text;
    return '';
  }

  isWatchedBy(key: string): boolean {
    return this.#monitors.has(key);
  }

  attach(key: string, barrier: string): void {
    const parsed = this.store.order?.parse(barrier);
    this.#monitors.set(key, {
      told: new Map(),
      barrier: parsed,
      watermark: undefined,
      text: '',
      // Markers are looked for afresh: there is nothing to pass.
      hasPassed: this.store.hasMarkers,
    });
  }

  /** Nothing happens when no such monitor is attached. */
  detach(key: string, nowMs: number): void {
    if (!this.#monitors.delete(key)) return;
    if (this.#monitors.size === 0) this.lostAtMs = nowMs;
  }

  detachSession(session: number, nowMs: number): void {
    for (const key of [...this.#monitors.keys()]) {
      if (key.startsWith(`${String(session)}:`)) this.detach(key, nowMs);
    }
  }

  /** The parsed watermark if it moved; a replica that went back is no longer watched. */
  observe(key: string, text: string, nowMs: number): unknown {
    const monitor = this.#monitors.get(key);
    const { order } = this.store;
    if (!monitor || !order || monitor.text === text) return undefined;
    const watermark = order.parse(text);
    const wentBack =
      monitor.text !== '' && order.relation(monitor.watermark, watermark) !== 'reached';
    const toBarrier = order.relation(monitor.barrier, watermark);
    if (wentBack || toBarrier === 'cut_off') {
      this.detach(key, nowMs);
      return undefined;
    }
    monitor.watermark = watermark;
    monitor.text = text;
    monitor.hasPassed ||= toBarrier === 'reached';
    return watermark;
  }
}
