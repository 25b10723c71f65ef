/**
 * When an open branch will probably be visible: as long after the node learnt of it as those before it
 * in the same store and region. A guess for whoever has to come back later (`etaMs`); nothing that a
 * wait promises depends on it.
 */
import type { RegionLayout } from './store-layout.js';

/**
 * An estimate goes half the way to a longer lag and a sixteenth of the way to a shorter one: it stays
 * near the longest of the last few, because who comes back too early has come in vain.
 */
const RISE = 1 / 2;
const FALL = 1 / 16;

export class VisibilityLags {
  /** Of one store each. */
  readonly #typicalMs = new Map<RegionLayout, number>();

  /** A branch became visible in the region `lagMs` after the node had learnt of it. */
  observe(region: RegionLayout, lagMs: number): void {
    const typicalMs = this.#typicalMs.get(region) ?? lagMs;
    const distanceMs = lagMs - typicalMs;
    this.#typicalMs.set(region, typicalMs + distanceMs * (distanceMs > 0 ? RISE : FALL));
  }

  /** In how many whole ms a branch of this age will probably be visible; 0: not known, or overdue. */
  etaMs(region: RegionLayout | undefined, ageMs: number): number {
    const typicalMs = (region && this.#typicalMs.get(region)) ?? 0;
    return Math.max(0, Math.ceil(typicalMs - ageMs));
  }
}
