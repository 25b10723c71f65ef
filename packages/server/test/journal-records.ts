/** Records as a node core appends them. */
import type { JournalRecord } from '../src/core/effect.js';
import { entry } from './test-node.js';

export type OpenRecord = Extract<JournalRecord, { kind: 'open' }>;

export function openRecord(sequence: number, fields: Parameters<typeof entry>[1] = {}): OpenRecord {
  return { kind: 'open', entry: entry(sequence, fields) };
}

/** Opens of `from` to `to`. */
export function openRecords(from: number, to: number): OpenRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => openRecord(from + index));
}
