/** What stands in every journal of `journal-fixtures`: one directory for each format that ever was. */
import type { JournalEntry } from '@rendezvous/protocol';

export const FIXTURE_HORIZON = '01HF7YAT00000000000000000H';

/** 1 and 3 were collected. */
export const FIXTURE_ENTRIES: readonly JournalEntry[] = [1, 2, 3, 4].map((sequence) => ({
  sequence,
  bid: `01HF7YAT0000000000000000B${String(sequence)}`,
  rid: `01HF7YAT0000000000000000R${String(sequence)}`,
  store: 'posts',
  regions: ['us', 'ap'],
  keys: [Uint8Array.of(sequence, 0, 255)],
  position: `a/${String(sequence)}`,
  aborted: sequence === 2,
  leaseMs: sequence * 1_000,
  marker: sequence === 4 ? '01HF7YAT0000000000000000B1' : '',
}));
