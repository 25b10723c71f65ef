/**
 * What everything in a simulation shares: time, chance, the log of what happened, and the counts.
 *
 * Chance is set anew before every action, from the action itself: so an action does much the same
 * when others before it are left out, which is what makes a failure shrink.
 */
import { encodeJournalId, encodeUlid } from '@rendezvous/protocol';
import type { Settings } from './deployment.js';
import { Random } from './random.js';
import { Timeline } from './timeline.js';

const EPOCH_MS = 1_700_000_000_000;
/** Clocks of functions differ by so much; rids sort by them. */
const CLOCK_SKEW_MS = 500;

export class Environment {
  readonly timeline: Timeline = new Timeline();
  readonly settings: Settings;
  readonly counts: Map<string, number> = new Map<string, number>();
  readonly lines: string[] = [];
  readonly #isTraced: boolean;
  #random: Random;
  /** Faults have stopped: nothing is lost or slow any more. */
  isCalm = false;

  constructor(settings: Settings, seed: number, isTraced: boolean) {
    this.settings = settings;
    this.#random = new Random(seed);
    this.#isTraced = isTraced;
  }

  get random(): Random {
    return this.#random;
  }

  get nowMs(): number {
    return this.timeline.nowMs;
  }

  reseed(seed: number): void {
    this.#random = new Random(seed);
  }

  after(delayMs: number, run: () => void): void {
    this.timeline.after(delayMs, run);
  }

  /** Runs `run` after a random delay up to `maxMs`. */
  soon(maxMs: number, run: () => void): void {
    this.timeline.after(this.random.between(0, maxMs), run);
  }

  say(line: () => string): void {
    if (this.#isTraced) this.lines.push(`${this.nowMs.toFixed(1).padStart(9)}  ${line()}`);
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** `clockAheadMs`: of whoever mints it. */
  mintUlid(clockAheadMs = 0): string {
    const skewMs = this.random.between(-CLOCK_SKEW_MS, CLOCK_SKEW_MS) + clockAheadMs;
    return encodeUlid(Math.floor(EPOCH_MS + this.nowMs + skewMs), this.random.bytes(10));
  }

  mintJournal(): string {
    return encodeJournalId(this.random.bytes(10));
  }
}
