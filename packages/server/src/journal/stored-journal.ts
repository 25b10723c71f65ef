/**
 * How a journal lies in a sorted key-value store on disk. Pure: bytes in, bytes out.
 *
 *   00              identity   JSON: format, id, predecessors; written when a node starts
 *   01              progress   JSON: head, count of live entries, horizon, which blocks there are;
 *                              written with every commit
 *   02 <sequence>   entry      CRC-32, then an entry as peers send it (protobuf): one that stands alone
 *   03 <number>     block      CRC-32, then the new entries of one commit, and the sequences of those in
 *                              blocks that it collected (protobuf)
 *
 * Sequences and numbers are eight bytes, big-endian, so entries and blocks lie in their order. Blocks
 * are numbered without a gap. With the count of live entries that finds out a disk that lost something
 * in the middle: LevelDB's recovery leaves out what it cannot read.
 *
 * Format 1 had no blocks: every entry stood alone.
 */
import { crc32 } from 'node:zlib';
import {
  decodeJournalBlock,
  decodeJournalEntry,
  encodeJournalBlock,
  encodeJournalEntry,
  isJournalId,
  isUlid,
  type JournalBlock,
  type JournalEntry,
  type JournalPosition,
  RendezvousError,
} from '@rendezvous/protocol';

/** Rises with every change that an older version would misread. */
export const JOURNAL_FORMAT = 2;

export const IDENTITY_KEY: Uint8Array = Uint8Array.of(0);
export const PROGRESS_KEY: Uint8Array = Uint8Array.of(1);
const ENTRY_PREFIX = 2;
/** Every entry's key lies between these. */
export const ENTRY_KEYS: { readonly gte: Uint8Array; readonly lt: Uint8Array } = {
  gte: Uint8Array.of(ENTRY_PREFIX),
  lt: Uint8Array.of(ENTRY_PREFIX + 1),
};

const BLOCK_PREFIX = 3;
/** Every block's key lies between these. */
export const BLOCK_KEYS: { readonly gte: Uint8Array; readonly lt: Uint8Array } = {
  gte: Uint8Array.of(BLOCK_PREFIX),
  lt: Uint8Array.of(BLOCK_PREFIX + 1),
};

const CHECKSUM_BYTES = 4;
const KEY_BYTES = 9;

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
  /** The blocks are those from the first up to, but not with, the next. */
  readonly firstBlock: number;
  readonly nextBlock: number;
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
  const stored = parse(bytes, 'progress') as Partial<Progress>;
  const { head, liveCount, horizon, firstBlock = 0, nextBlock = 0 } = stored;
  const isHorizon = typeof horizon === 'string' && (horizon === '' || isUlid(horizon));
  const counts = [head, liveCount, firstBlock, nextBlock];
  if (!isHorizon || !counts.every(isCount) || firstBlock > nextBlock) {
    throw corrupt('its progress makes no sense');
  }
  return { head, liveCount, horizon, firstBlock, nextBlock } as Progress;
}

export function entryKey(sequence: number): Uint8Array {
  return keyOf(ENTRY_PREFIX, sequence);
}

export function blockKey(number: number): Uint8Array {
  return keyOf(BLOCK_PREFIX, number);
}

export function encodeEntry(entry: JournalEntry): Uint8Array {
  return withChecksum(encodeJournalEntry(entry));
}

/** Throws `journal_corrupt`. */
export function decodeEntry(key: Uint8Array, value: Uint8Array): JournalEntry {
  const entry = decodeJournalEntry(withoutChecksum(value, `the entry ${numberOf(key)}`));
  if (numberOf(key) !== String(entry.sequence)) {
    throw corrupt(`the entry ${numberOf(key)} stands in the wrong place`);
  }
  return entry;
}

export function encodeBlock(block: JournalBlock): Uint8Array {
  return withChecksum(encodeJournalBlock(block));
}

/** Throws `journal_corrupt`. */
export function decodeBlock(key: Uint8Array, value: Uint8Array): JournalBlock {
  return decodeJournalBlock(withoutChecksum(value, `the block ${numberOf(key)}`));
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  const value = Buffer.allocUnsafe(CHECKSUM_BYTES + bytes.length);
  value.writeUInt32LE(crc32(bytes), 0);
  value.set(bytes, CHECKSUM_BYTES);
  return value;
}

function withoutChecksum(value: Uint8Array, what: string): Uint8Array {
  const stored = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const bytes = stored.subarray(CHECKSUM_BYTES);
  if (stored.length < CHECKSUM_BYTES || stored.readUInt32LE(0) !== crc32(bytes)) {
    throw corrupt(`${what} was changed on disk`);
  }
  return bytes;
}

export function corrupt(reason: string, cause?: unknown): RendezvousError {
  const message =
    `the journal cannot be trusted: ${reason}. Move its directory away and start again: the node ` +
    'then gets a new journal, and waits on what stood in this one answer `unknown`';
  return new RendezvousError('journal_corrupt', message, cause === undefined ? {} : { cause });
}

function keyOf(prefix: number, number: number): Uint8Array {
  const key = Buffer.allocUnsafe(KEY_BYTES);
  key[0] = prefix;
  key.writeBigUInt64BE(BigInt(number), 1);
  return key;
}

/** The number in a key, as text: who changed it may have made it larger than any number of ours. */
function numberOf(key: Uint8Array): string {
  if (key.length !== KEY_BYTES) return Buffer.from(key).toString('hex');
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
