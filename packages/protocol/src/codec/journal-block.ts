import type { JournalEntry } from '../messages.js';
import { journalEntry } from './journal-entry.js';
import { WireReader } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

/**
 * What a journal keeps of one commit, as protobuf, in one piece: one buffer for all entries costs a
 * fraction of one for each.
 *
 *     message JournalBlock {
 *       repeated JournalEntry entries = 1;
 *       repeated uint64 collected = 2;  // packed
 *     }
 */
export interface JournalBlock {
  readonly entries: readonly JournalEntry[];
  /** Sequences of entries, of this or of earlier blocks, that are no longer there. */
  readonly collected: readonly number[];
}

const ENTRIES_TAG = (1 << 3) | 2;
const COLLECTED_TAG = (2 << 3) | 2;

/** Guesses, so that most buffers need not grow. */
const ENTRY_BYTES_GUESS = 160;
const SEQUENCE_BYTES_GUESS = 5;
const FRAME_BYTES_GUESS = 16;

export function encodeJournalBlock({ entries, collected }: JournalBlock): Uint8Array {
  const writer = new WireWriter(
    FRAME_BYTES_GUESS +
      entries.length * ENTRY_BYTES_GUESS +
      collected.length * SEQUENCE_BYTES_GUESS,
  );
  for (const entry of entries) {
    writer.uint32(ENTRIES_TAG);
    const start = writer.beginNested();
    journalEntry.write(writer, entry);
    writer.endNested(start);
  }
  if (collected.length > 0) {
    writer.uint32(COLLECTED_TAG);
    const start = writer.beginNested();
    for (const sequence of collected) writer.uint64(sequence);
    writer.endNested(start);
  }
  return writer.finish();
}

/** Unknown fields are skipped. Throws `bad_frame` when the bytes are no block. */
export function decodeJournalBlock(bytes: Uint8Array): JournalBlock {
  const entries: JournalEntry[] = [];
  const collected: number[] = [];
  const reader = new WireReader(bytes);
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === ENTRIES_TAG) {
      const outerEnd = reader.enter();
      entries.push(journalEntry.read(reader, journalEntry.absent));
      reader.leave(outerEnd);
    } else if (tag === COLLECTED_TAG) readPacked(reader, collected);
    else reader.skip(tag & 7);
  }
  return { entries, collected };
}

function readPacked(reader: WireReader, numbers: number[]): void {
  const outerEnd = reader.enter();
  while (!reader.atEnd) numbers.push(reader.uint64());
  reader.leave(outerEnd);
}
