/**
 * A journal that forgets everything when the process ends, for tests and for trying things out.
 *
 * Nothing is lost silently: a restart brings a new journal id, so that waits on what was in the old
 * one answer `unknown` instead of `consistent` (rule 3).
 */
import { randomBytes } from 'node:crypto';
import { encodeJournalId, RendezvousError } from '@rendezvous/protocol';
import type { Journal } from '../ports.js';

export function createMemoryJournal(): Journal {
  const id = encodeJournalId(randomBytes(10));
  let isShutDown = false;
  return {
    recovered: { id, predecessors: [], head: 0, entries: [], horizon: '' },
    hasRoom: true,
    append: () => (isShutDown ? Promise.reject(createShutDownError()) : Promise.resolve()),
    shutdown: () => {
      isShutDown = true;
      return Promise.resolve();
    },
  };
}

function createShutDownError(): RendezvousError {
  return new RendezvousError('shut_down', 'the journal was shut down');
}
