/**
 * How new a rid may be: a bound on what one wrong clock can do to everyone.
 *
 * Rids sort by the time of whoever began the request. A branch that is given up raises the horizon
 * to its rid, and every request at or below the horizon is `unknown` from then on (rule 7): one rid
 * of the year 3000 would end the use of the whole deployment. So rids, and horizons of peers, that
 * are further ahead of this machine's wall clock than clocks differ are not taken in.
 */
import { encodeUlid } from '@rendezvous/protocol';

const GREATEST_RANDOMNESS = new Uint8Array(10).fill(0xff);
/** The ceiling is worked out anew when the clock has moved by so much. */
const REFRESH_MS = 1_000;

export class RidCeiling {
  readonly #aheadMsMax: number;
  #rid = '';
  #wallMs = Number.NaN;

  /** `aheadMsMax`: by how much a rid may be ahead of the wall clock. */
  constructor(aheadMsMax: number) {
    this.#aheadMsMax = aheadMsMax;
  }

  /** Whether `rid` is not too far ahead of `wallMs` (milliseconds since 1970). */
  allows(rid: string, wallMs: number): boolean {
    if (!(Math.abs(wallMs - this.#wallMs) < REFRESH_MS)) {
      this.#rid = encodeUlid(Math.floor(wallMs) + this.#aheadMsMax, GREATEST_RANDOMNESS);
      this.#wallMs = wallMs;
    }
    return rid <= this.#rid;
  }
}
