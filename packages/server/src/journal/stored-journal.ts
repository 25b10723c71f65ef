/**
 * How a journal lies in a sorted key-value store on disk. Pure: bytes in, bytes out.
 *
 *   00              identity   JSON: format, id, predecessors; written when a node starts
 *   01              progress   JSON: head, count of live entries, horizon; written with every commit
 *   02 <sequence>   entry      CRC-32, then the entry as peers send it (protobuf)
 *
 * Sequences are eight bytes, big-endian, so entries lie in their order. The count of live entries finds
 * out a disk that lost something in the middle: LevelDB's recovery leaves out what it cannot read.
 */
import { crc32 } from 'node:zlib';
import {
  decodeJournalEntry,
  encodeJournalEntry,
  isJournalId,
  isUlid,
  type JournalEntry,
  type JournalPosition,
  RendezvousError,
} from '@rendezvous/protocol';

/** Rises with every change that an older version would misread. */
export const JOURNAL_FORMAT = 1;

export const IDENTITY_KEY: Uint8Array = Uint8Array.of(0);
export const PROGRESS_KEY: Uint8Array = Uint8Array.of(1);
const ENTRY_PREFIX = 2;
/** Every entry's key lies between these. */
export const ENTRY_KEYS: { readonly gte: Uint8Array; readonly lt: Uint8Array } = {
  gte: Uint8Array.of(ENTRY_PREFIX),
  lt: Uint8Array.of(ENTRY_PREFIX + 1),
};

const CHECKSUM_BYTES = 4;
const ENTRY_KEY_BYTES = 9;

export interface Identity {
  readonly format: number;
  readonly id: string;
  /** Newest first. */
  readonly predecessors: readonly JournalPosition[];
}

export interface Progress {
  /** The newest sequence ever given out, whether or not its entry is left (rule 3). */
  readonly head: number;
  readonly liveCount: number;
  readonly horizon: string;
}

export function encodeRecord(record: Identity | Progress): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

/** Throws `journal_corrupt`. A format that this version does not know is the caller's to judge. */
export function decodeIdentity(bytes: Uint8Array): Identity {
  const { format, id, predecessors } = parse(bytes, 'identity') as Partial<Identity>;
  if (!isCount(format)) throw corrupt('its identity has no format');
  // What a newer version wrote beside it may mean something else.
  if (format > JOURNAL_FORMAT) return { format, id: '', predecessors: [] };
  const isWhole =
    typeof id === 'string' &&
    isJournalId(id) &&
    Array.isArray(predecessors) &&
    predecessors.every(isPlace);
  if (!isWhole) throw corrupt('its identity makes no sense');
  return { format, id, predecessors };
}

/** Throws `journal_corrupt`. */
export function decodeProgress(bytes: Uint8Array): Progress {
  const { head, liveCount, horizon } = parse(bytes, 'progress') as Partial<Progress>;
  const isHorizon = typeof horizon === 'string' && (horizon === '' || isUlid(horizon));
  if (!isCount(head) || !isCount(liveCount) || !isHorizon) {
    throw corrupt('its progress makes no sense');
  }
  return { head, liveCount, horizon };
}

export function entryKey(sequence: number): Uint8Array {
  const key = Buffer.allocUnsafe(ENTRY_KEY_BYTES);
  key[0] = ENTRY_PREFIX;
  key.writeBigUInt64BE(BigInt(sequence), 1);
  return key;
}

export function encodeEntry(entry: JournalEntry): Uint8Array {
  const bytes = encodeJournalEntry(entry);
  const value = Buffer.allocUnsafe(CHECKSUM_BYTES + bytes.length);
  value.writeUInt32LE(crc32(bytes), 0);
  value.set(bytes, CHECKSUM_BYTES);
  return value;
}

/** Throws `journal_corrupt`. */
export function decodeEntry(key: Uint8Array, value: Uint8Array): JournalEntry {
  const stored = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const bytes = stored.subarray(CHECKSUM_BYTES);
  if (stored.length < CHECKSUM_BYTES || stored.readUInt32LE(0) !== crc32(bytes)) {
    throw corrupt(`the entry ${sequenceText(key)} was changed on disk`);
  }
  const entry = decodeJournalEntry(bytes);
  if (sequenceText(key) !== String(entry.sequence)) {
    throw corrupt(`the entry ${sequenceText(key)} stands in the wrong place`);
  }
  return entry;
}

export function corrupt(reason: string, cause?: unknown): RendezvousError {
  const message =
    `the journal cannot be trusted: ${reason}. Move its directory away and start again: the node ` +
    'then gets a new journal, and waits on what stood in this one answer `unknown`';
  return new RendezvousError('journal_corrupt', message, cause === undefined ? {} : { cause });
}

function sequenceText(key: Uint8Array): string {
  if (key.length !== ENTRY_KEY_BYTES) return Buffer.from(key).toString('hex');
  return Buffer.from(key).readBigUInt64BE(1).toString();
}

function parse(bytes: Uint8Array, what: string): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw corrupt(`its ${what} cannot be read`, error);
  }
  throw corrupt(`its ${what} cannot be read`);
}

function isPlace(value: unknown): value is JournalPosition {
  if (typeof value !== 'object' || value === null) return false;
  const { journal, sequence } = value as Partial<JournalPosition>;
  return typeof journal === 'string' && isJournalId(journal) && isCount(sequence);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
