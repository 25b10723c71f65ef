/** Reads a stored journal of any format, checks that it is whole, and gives it its new id, durably. */
import { randomBytes } from 'node:crypto';
import {
  encodeJournalId,
  type JournalBlock,
  type JournalEntry,
  RendezvousError,
} from '@rendezvous/protocol';
import type { ClassicLevel } from 'classic-level';
import type { RecoveredJournal } from '../core/core-state.js';
import { type BlockRange, EntryPlaces } from './entry-places.js';
import {
  BLOCK_KEYS,
  blockKey,
  corrupt,
  decodeBlock,
  decodeEntry,
  decodeIdentity,
  decodeProgress,
  encodeRecord,
  ENTRY_KEYS,
  type Identity,
  IDENTITY_KEY,
  JOURNAL_FORMAT,
  type Progress,
  PROGRESS_KEY,
} from './stored-journal.js';

export type Database = ClassicLevel<Uint8Array, Uint8Array>;

export interface StoredJournal {
  readonly recovered: RecoveredJournal;
  readonly places: EntryPlaces;
}

/** Bookmarks live minutes; a node that starts more often than this in that time has other worries. */
const PREDECESSOR_COUNT_MAX = 64;
const READ_COUNT = 1_000;
/** A block may have a thousand entries. */
const BLOCK_READ_COUNT = 8;
const NO_PROGRESS: Progress = { head: 0, liveCount: 0, horizon: '', firstBlock: 0, nextBlock: 0 };

/** Rejects with `journal_corrupt`; nothing is changed then. */
export async function recoverJournal(
  database: Database,
  acknowledgedHead: number,
): Promise<StoredJournal> {
  const stored = await database.get(IDENTITY_KEY);
  const before = stored && decodeIdentity(stored);
  if (before && before.format > JOURNAL_FORMAT) throw newerFormat(before.format);
  const storedProgress = await database.get(PROGRESS_KEY);
  const progress = storedProgress ? decodeProgress(storedProgress) : NO_PROGRESS;
  const { places, entries } = await readEntries(database, progress);
  if (!before && (storedProgress || entries.length > 0)) {
    throw corrupt('it has entries and no identity');
  }
  checkWhole(progress, entries, acknowledgedHead);
  const { head, horizon } = progress;
  const identity = succeed(before, head);
  await database.put(IDENTITY_KEY, encodeRecord(identity), { sync: true });
  const { id, predecessors } = identity;
  return { recovered: { id, predecessors, head, entries, horizon }, places };
}

/** The blocks of a range, in their order. Rejects with `journal_corrupt` when one is missing. */
export async function* readBlocks(
  database: Database,
  { first, end }: BlockRange,
): AsyncGenerator<{ readonly block: JournalBlock; readonly byteCount: number }> {
  let number = first;
  const range = { gte: blockKey(first), lt: blockKey(end) };
  for await (const [key, value] of readAll(database, range, BLOCK_READ_COUNT)) {
    if (Buffer.compare(key, blockKey(number)) !== 0) break;
    yield { block: decodeBlock(key, value), byteCount: value.length };
    number++;
  }
  if (number !== end) throw corrupt(`the block ${String(number)} is missing`);
}

async function readEntries(
  database: Database,
  progress: Progress,
): Promise<{ readonly places: EntryPlaces; readonly entries: JournalEntry[] }> {
  const { firstBlock, nextBlock } = progress;
  const places = new EntryPlaces(firstBlock);
  await refuseOtherBlocks(database, progress);
  const inBlocks: JournalEntry[] = [];
  for await (const stored of readBlocks(database, { first: firstBlock, end: nextBlock })) {
    const { entries, collected } = stored.block;
    const above = inBlocks.at(-1)?.sequence ?? 0;
    place(places, entries, above);
    for (const entry of entries) inBlocks.push(entry);
    for (const sequence of collected) places.remove(sequence);
    places.endBlock(collected.length, stored.byteCount);
  }
  const entries = inBlocks.filter(({ sequence }) => places.isInBlock(sequence));
  for await (const [key, value] of readAll(database, ENTRY_KEYS, READ_COUNT)) {
    const entry = decodeEntry(key, value);
    if (places.isInBlock(entry.sequence)) {
      throw corrupt(`the entry ${String(entry.sequence)} is there twice`);
    }
    places.addLone(entry.sequence);
    entries.push(entry);
  }
  return { places, entries: entries.sort((one, other) => one.sequence - other.sequence) };
}

/** Segments may be cut otherwise than when the blocks were written: a block of its own always fits. */
function place(places: EntryPlaces, entries: readonly JournalEntry[], above: number): void {
  const first = entries[0]?.sequence ?? above + 1;
  const last = entries.at(-1)?.sequence ?? first;
  if (!places.fits(last)) places.beginSegment(first);
  let previous = above;
  for (const { sequence } of entries) {
    if (sequence <= previous || !places.fits(sequence)) {
      throw corrupt(`the entry ${String(sequence)} stands in the wrong block`);
    }
    places.addToBlock(sequence);
    previous = sequence;
  }
}

async function refuseOtherBlocks(database: Database, progress: Progress): Promise<void> {
  const { firstBlock, nextBlock } = progress;
  const before = { gte: BLOCK_KEYS.gte, lt: blockKey(firstBlock) };
  const after = { gte: blockKey(nextBlock), lt: BLOCK_KEYS.lt };
  for (const range of [before, after]) {
    const [key] = await database.keys({ ...range, limit: 1 }).all();
    if (key) throw corrupt(`a block is there that its progress does not know`);
  }
}

function checkWhole(
  { head, liveCount }: Progress,
  entries: readonly JournalEntry[],
  acknowledgedHead: number,
): void {
  const end = entries.at(-1)?.sequence ?? 0;
  if (entries.length !== liveCount || end > head) {
    const found = `${String(entries.length)} up to ${String(end)}`;
    throw corrupt(
      `it should have ${String(liveCount)} entries up to ${String(head)}, not ${found}`,
    );
  }
  if (head < acknowledgedHead) {
    const missing = `${String(head)} is its end, ${String(acknowledgedHead)} was acknowledged`;
    throw corrupt(`its end is missing: ${missing}`);
  }
}

function succeed(before: Identity | undefined, head: number): Identity {
  const id = encodeJournalId(randomBytes(10));
  // Under an id that gave no place out, nothing can be asked for.
  const isNamed = before && head > (before.predecessors[0]?.sequence ?? 0);
  const named = isNamed ? [{ journal: before.id, sequence: head }] : [];
  const predecessors = [...named, ...(before?.predecessors ?? [])].slice(0, PREDECESSOR_COUNT_MAX);
  return { format: JOURNAL_FORMAT, id, predecessors };
}

async function* readAll(
  database: Database,
  range: { readonly gte: Uint8Array; readonly lt: Uint8Array },
  countAtOnce: number,
): AsyncGenerator<[Uint8Array, Uint8Array]> {
  const iterator = database.iterator(range);
  try {
    for (;;) {
      const chunk = await iterator.nextv(countAtOnce);
      if (chunk.length === 0) return;
      yield* chunk;
    }
  } finally {
    await iterator.close();
  }
}

function newerFormat(format: number): RendezvousError {
  const message =
    `the journal has format ${String(format)}, this version knows up to ${String(JOURNAL_FORMAT)}: ` +
    'run the version that wrote it, or a later one';
  return new RendezvousError('journal_corrupt', message);
}
