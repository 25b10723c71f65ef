/**
 * Frames of opens, made by copying one open's bytes and writing fresh ids, a key and a position over the
 * old ones: what a load generator spends on an open is not spent on the node, which shares the machine.
 */
import { encodeClientFrame, type Open } from '@rendezvous/protocol';

/** The least id of an open: all ids take four bytes. */
export const OPEN_ID_MIN: number = 2 ** 21;
/** Stays well below the frame limit of 1 MiB. */
const FRAME_BYTES_MAX = 256 * 1024;
const DIGITS = new TextEncoder().encode('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
const TIME_DIGITS = 10;
const ULID_DIGITS = 26;

const RID = '7ZZZZZZZZZZZZZZZZZZZZZZZZ0';
const BID = '7ZZZZZZZZZZZZZZZZZZZZZZZZ1';
const KEY = 'posts/0000000001';
const POSITION = '7711336838912810063/1/0/10000000';
/** No open's position is beyond it. */
export const OPEN_POSITION_MAX: string = '7711336838912810063/1/0/1FFFFFFF';
/** `08`, then 2^28 − 1: not in any of the texts. */
const ID_BYTES = Uint8Array.of(0x08, 0xff, 0xff, 0xff, 0x7f);

/** What every write of the load opens with. */
const WRITE: Omit<Open, 'store'> = {
  kind: 'open',
  bid: BID,
  rid: RID,
  home: 'eu',
  keys: [new TextEncoder().encode(KEY)],
  position: POSITION,
  leaseMs: 0,
  marker: '',
};

interface Template {
  readonly bytes: Uint8Array;
  readonly idAt: number;
  readonly bidAt: number;
  readonly ridAt: number;
  /** Ten decimal digits. */
  readonly keyDigitsAt: number;
  /** Seven hexadecimal digits. */
  readonly lsnDigitsAt: number;
}

export class OpenFrames {
  readonly #templates: readonly Template[];
  readonly #send: (frame: Uint8Array) => void;
  readonly #buffer = new Uint8Array(FRAME_BYTES_MAX);
  readonly #random = new Uint32Array(1_024);
  readonly #rid = new Uint8Array(ULID_DIGITS);
  #randomUsed = this.#random.length;
  #timeMs = 0;
  #used = 0;
  #writeCount = 0;

  /** `send` gets frames that are the caller's from then on. */
  constructor(stores: readonly string[], send: (frame: Uint8Array) => void) {
    this.#templates = stores.map(createTemplate);
    this.#send = send;
  }

  /** Opens a branch in every store, under one rid; the ids are `firstId` and those after it. */
  add(firstId: number, nowMs: number): void {
    this.#mint(this.#rid, 0, nowMs);
    let id = firstId;
    for (const template of this.#templates) this.#addOne(template, id++, nowMs);
  }

  /** Sends what was added. */
  flush(): void {
    if (this.#used === 0) return;
    this.#send(this.#buffer.slice(0, this.#used));
    this.#used = 0;
  }

  #addOne({ bytes, ...at }: Template, id: number, nowMs: number): void {
    if (this.#used + bytes.length > FRAME_BYTES_MAX) this.flush();
    const buffer = this.#buffer;
    const start = this.#used;
    buffer.set(bytes, start);
    this.#used += bytes.length;
    buffer[start + at.idAt] = (id & 127) | 128;
    buffer[start + at.idAt + 1] = ((id >>> 7) & 127) | 128;
    buffer[start + at.idAt + 2] = ((id >>> 14) & 127) | 128;
    buffer[start + at.idAt + 3] = id >>> 21;
    buffer.set(this.#rid, start + at.ridAt);
    this.#mint(buffer, start + at.bidAt, nowMs);
    this.#writeCount++;
    writeDigits(buffer, start + at.keyDigitsAt, 10, 10, this.#writeCount);
    writeDigits(buffer, start + at.lsnDigitsAt, 7, 16, this.#writeCount % 16 ** 7);
  }

  /** Writes a ULID. */
  #mint(bytes: Uint8Array, at: number, nowMs: number): void {
    if (nowMs !== this.#timeMs) {
      this.#timeMs = nowMs;
      writeDigits(TIME, 0, TIME_DIGITS, 32, nowMs);
    }
    bytes.set(TIME, at);
    for (let digit = TIME_DIGITS; digit < ULID_DIGITS; digit += 4) {
      const random = this.#nextRandom();
      bytes[at + digit] = DIGITS[random & 31] ?? 0;
      bytes[at + digit + 1] = DIGITS[(random >>> 5) & 31] ?? 0;
      bytes[at + digit + 2] = DIGITS[(random >>> 10) & 31] ?? 0;
      bytes[at + digit + 3] = DIGITS[(random >>> 15) & 31] ?? 0;
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

const TIME = new Uint8Array(TIME_DIGITS);

function writeDigits(
  bytes: Uint8Array,
  at: number,
  count: number,
  base: number,
  value: number,
): void {
  let rest = value;
  for (let index = at + count - 1; index >= at; index--) {
    const next = Math.floor(rest / base);
    bytes[index] = DIGITS[rest - next * base] ?? 0;
    rest = next;
  }
}

function createTemplate(store: string): Template {
  const bytes = encodeClientFrame([{ id: 2 ** 28 - 1, body: { ...WRITE, store } }]);
  const text = new TextEncoder();
  const find = (part: Uint8Array): number => Buffer.from(bytes).indexOf(part);
  return {
    bytes,
    idAt: find(ID_BYTES) + 1,
    bidAt: find(text.encode(BID)),
    ridAt: find(text.encode(RID)),
    keyDigitsAt: find(text.encode(KEY)) + KEY.indexOf('0'),
    lsnDigitsAt: find(text.encode(POSITION)) + POSITION.length - 7,
  };
}
