import type { JournalPosition } from '../messages.js';
import { text, uint64, type MessageCodec } from './field.js';
import { define } from './message-codec.js';

/** A place in a journal: in what a bookmark covers, and in what a journal was before. */
export const journalPosition: MessageCodec<JournalPosition> = define<JournalPosition>({
  journal: text(1),
  sequence: uint64(2),
});
