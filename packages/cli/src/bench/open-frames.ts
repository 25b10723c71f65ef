/**
 * Frames of opens, made by copying one open's bytes and writing fresh ids, a key and a position over the
 * old ones: what a load generator spends on an open is not spent on the node, which shares the machine.
 */
import { encodeClientFrame, type Open } from '@rendezvous/protocol';
import { ULID_DIGITS, type UlidMint } from './ulid-mint.js';
import { writeDigits } from './write-digits.js';

/** The least id of an open: all ids take four bytes. */
export const OPEN_ID_MIN: number = 2 ** 21;
/** About as many opens as the SDK puts in a frame at most. */
const FRAME_BYTES_MAX = 64 * 1024;

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

/** An open of one store. */
export interface OpenTemplate {
  readonly bytes: Uint8Array;
  readonly idAt: number;
  readonly bidAt: number;
  readonly ridAt: number;
  /** Ten decimal digits. */
  readonly keyDigitsAt: number;
  /** Seven hexadecimal digits. */
  readonly lsnDigitsAt: number;
}

export interface OpenFramesOptions {
  /** For each store of a request. */
  readonly templates: readonly OpenTemplate[];
  readonly mint: UlidMint;
  /** Requests that are added between two flushes; beyond so many some leave earlier. */
  readonly requestCount: number;
  /** Gets frames that are its own from then on. */
  readonly send: (frame: Uint8Array) => void;
}

export class OpenFrames {
  readonly #templates: readonly OpenTemplate[];
  readonly #mint: UlidMint;
  readonly #send: (frame: Uint8Array) => void;
  readonly #buffer: Uint8Array;
  readonly #rid = new Uint8Array(ULID_DIGITS);
  #used = 0;
  #writeCount = 0;

  constructor({ templates, mint, requestCount, send }: OpenFramesOptions) {
    this.#templates = templates;
    this.#mint = mint;
    this.#send = send;
    const requestBytes = templates.reduce((sum, { bytes }) => sum + bytes.length, 0);
    // Thousands of connections of one request each must not take a large buffer each.
    this.#buffer = new Uint8Array(Math.min(FRAME_BYTES_MAX, requestCount * requestBytes));
  }

  /** Opens a branch in every store, under one rid; the ids are `firstId` and those after it. */
  add(firstId: number, nowMs: number): void {
    this.#mint.write(this.#rid, 0, nowMs);
    let id = firstId;
    for (const template of this.#templates) this.#addOne(template, id++, nowMs);
  }

  /** Sends what was added. */
  flush(): void {
    if (this.#used === 0) return;
    this.#send(this.#buffer.slice(0, this.#used));
    this.#used = 0;
  }

  #addOne({ bytes, ...at }: OpenTemplate, id: number, nowMs: number): void {
    if (this.#used + bytes.length > this.#buffer.length) this.flush();
    const buffer = this.#buffer;
    const start = this.#used;
    buffer.set(bytes, start);
    this.#used += bytes.length;
    buffer[start + at.idAt] = (id & 127) | 128;
    buffer[start + at.idAt + 1] = ((id >>> 7) & 127) | 128;
    buffer[start + at.idAt + 2] = ((id >>> 14) & 127) | 128;
    buffer[start + at.idAt + 3] = id >>> 21;
    buffer.set(this.#rid, start + at.ridAt);
    this.#mint.write(buffer, start + at.bidAt, nowMs);
    this.#writeCount++;
    writeDigits(buffer, start + at.keyDigitsAt, 10, 10, this.#writeCount);
    writeDigits(buffer, start + at.lsnDigitsAt, 7, 16, this.#writeCount % 16 ** 7);
  }
}

export function createOpenTemplate(store: string): OpenTemplate {
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
