/**
 * A journal that forgets everything when the process ends, for tests and for trying things out.
 *
 * Nothing is lost silently: a restart brings a new journal id, so that waits on what was in the old
 * one answer `unknown` instead of `consistent` (rule 3).
 */
import { randomBytes } from 'node:crypto';
import { encodeJournalId } from '@rendezvous/protocol';
import type { Journal } from '../ports.js';

export function createMemoryJournal(): Journal {
  return {
    recovered: { id: encodeJournalId(randomBytes(10)), head: 0, entries: [], horizon: '' },
    append: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
