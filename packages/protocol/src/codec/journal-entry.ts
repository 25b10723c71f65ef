import type { JournalEntry } from '../messages.js';
import { bool, bytes, list, text, uint32, uint64 } from './field.js';
import type { MessageCodec } from './field.js';
import { define } from './message-codec.js';
import { WireReader } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

/**
 * One entry of a journal, field by field as in `session.proto`: peers send it to each other, and a
 * journal keeps it on disk in the same form. So an entry that an older or newer version wrote is read
 * as protobuf says: unknown fields are skipped, absent ones have their default.
 */
export const journalEntry: MessageCodec<JournalEntry> = define<JournalEntry>({
  sequence: uint64(1),
  bid: text(2),
  rid: text(3),
  store: text(4),
  regions: list(text(5)),
  keys: list(bytes(6)),
  position: text(7),
  aborted: bool(8),
  leaseMs: uint32(9),
  marker: text(10),
});

/** A guess of an entry's size, so that the buffer of most need not grow. */
const ENTRY_BYTES_GUESS = 160;

/** The bytes of an entry, as a journal keeps them. */
export function encodeJournalEntry(entry: JournalEntry): Uint8Array {
  const writer = new WireWriter(ENTRY_BYTES_GUESS);
  journalEntry.write(writer, entry);
  return writer.finish();
}

/** The entry of these bytes. Throws `bad_frame` when they are none. */
export function decodeJournalEntry(bytes: Uint8Array): JournalEntry {
  return journalEntry.read(new WireReader(bytes));
}
