/**
 * Copies the changes of one region to another place, each some time after it was made.
 *
 * Like DynamoDB's own replication it promises the order of one item's changes and nothing about the
 * order of different items: with `newestFirst` what is due together is applied backwards, item by item.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, ChangeLog } from './change-log.js';
import { toKeyText } from './item.js';

export interface ReplicatorOptions {
  readonly log: ChangeLog;
  /** Which changes travel. */
  readonly accepts: (change: Change) => boolean;
  /** Applies changes of different items. */
  readonly apply: (changes: readonly Change[]) => Promise<void>;
  readonly newestFirst: boolean;
}

/** What `BatchWriteItem` takes. */
const BATCH_COUNT_MAX = 25;

export class Replicator {
  readonly #options: ReplicatorOptions;
  #queue: Change[] = [];
  #delayMs = 0;
  #paused = false;
  #stopped = false;
  #running: Promise<void> | undefined;
  #wake = new AbortController();

  constructor(options: ReplicatorOptions) {
    this.#options = options;
    options.log.listen((change) => {
      if (!options.accepts(change)) return;
      this.#queue.push(change);
      this.#run();
    });
  }

  setDelay(ms: number): void {
    this.#delayMs = ms;
    this.#run();
  }

  /** Resolves once nothing is being applied any more. */
  async pause(): Promise<void> {
    this.#paused = true;
    this.#wake.abort();
    await this.#running;
  }

  resume(): void {
    this.#paused = false;
    this.#run();
  }

  async shutdown(): Promise<void> {
    this.#stopped = true;
    await this.pause();
  }

  #run(): void {
    this.#wake.abort();
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      if (this.#mayApply && this.#queue.length > 0) this.#run();
    });
  }

  get #mayApply(): boolean {
    return !this.#paused && !this.#stopped;
  }

  async #drain(): Promise<void> {
    while (this.#mayApply) {
      const [next] = this.#queue;
      if (next === undefined) return;
      this.#wake = new AbortController();
      const inMs = next.atMs + this.#delayMs - performance.now();
      if (inMs > 0) {
        const { signal } = this.#wake;
        await sleep(Math.ceil(inMs), undefined, { signal }).catch(() => undefined);
      } else {
        await this.#options.apply(this.#takeDue());
      }
    }
  }

  /** The oldest change of each of the next items. */
  #takeDue(): Change[] {
    const dueAtMs = performance.now() - this.#delayMs;
    const due = new Map<string, Change>();
    const left: Change[] = [];
    for (const change of this.#queue) {
      const item = `${change.table} ${toKeyText(change.key)}`;
      const isDue = change.atMs <= dueAtMs && due.size < BATCH_COUNT_MAX && !due.has(item);
      if (isDue) due.set(item, change);
      else left.push(change);
    }
    this.#queue = left;
    const taken = [...due.values()];
    return this.#options.newestFirst ? taken.reverse() : taken;
  }
}
