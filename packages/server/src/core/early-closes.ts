/**
 * Closes that came before their open (rule 1): at most `COUNT_MAX`, the oldest dropped first; whoever
 * sent the dropped ones finds the branch again when it checks from scratch (rule 13).
 */

/** Enough for the signals of a second at full speed; about 10 MB. */
const COUNT_MAX = 100_000;

export interface EarlyClose {
  readonly region: string;
  readonly replica: string;
}

const NONE: readonly EarlyClose[] = [];

export class EarlyCloses {
  readonly #byBid = new Map<string, EarlyClose[]>();

  get isEmpty(): boolean {
    return this.#byBid.size === 0;
  }

  remember(bid: string, close: EarlyClose): void {
    const known = this.#byBid.get(bid);
    if (known) {
      if (!known.some((one) => one.region === close.region && one.replica === close.replica)) {
        known.push(close);
      }
      return;
    }
    this.#byBid.set(bid, [close]);
    if (this.#byBid.size > COUNT_MAX) {
      for (const oldest of this.#byBid.keys()) {
        this.#byBid.delete(oldest);
        break;
      }
    }
  }

  take(bid: string): readonly EarlyClose[] {
    const closes = this.#byBid.get(bid);
    if (!closes) return NONE;
    this.#byBid.delete(bid);
    return closes;
  }
}
