import { DIGITS, writeDigits } from './write-digits.js';

export const ULID_DIGITS = 26;

const TIME_DIGITS = 10;

/** Writes ULIDs as bytes of text, many to a millisecond. */
export class UlidMint {
  readonly #random = new Uint32Array(1_024);
  readonly #time = new Uint8Array(TIME_DIGITS);
  #randomUsed = this.#random.length;
  #timeMs = -1;

  write(bytes: Uint8Array, at: number, nowMs: number): void {
    if (nowMs !== this.#timeMs) {
      this.#timeMs = nowMs;
      writeDigits(this.#time, 0, TIME_DIGITS, 32, nowMs);
    }
    bytes.set(this.#time, at);
    for (let digit = at + TIME_DIGITS; digit < at + ULID_DIGITS; digit += 4) {
      const random = this.#nextRandom();
      bytes[digit] = DIGITS[random & 31] ?? 0;
      bytes[digit + 1] = DIGITS[(random >>> 5) & 31] ?? 0;
      bytes[digit + 2] = DIGITS[(random >>> 10) & 31] ?? 0;
      bytes[digit + 3] = DIGITS[(random >>> 15) & 31] ?? 0;
    }
  }

  #nextRandom(): number {
    if (this.#randomUsed === this.#random.length) {
      crypto.getRandomValues(this.#random);
      this.#randomUsed = 0;
    }
    return this.#random[this.#randomUsed++] ?? 0;
  }
}
