/** What the node's shell needs from outside, in the node's words. */
import type { JournalRecord } from './core/effect.js';
import type { RecoveredJournal } from './core/core-state.js';

/**
 * Where opens survive. One process owns a journal; it is created already replayed.
 *
 * Every journal passes `journal/journal-conformance.ts`.
 */
export interface Journal {
  /** What the journal held when it was created. Its id is random and never reused (rule 3). */
  readonly recovered: RecoveredJournal;
  /** False: opens are refused (`journal_full`); what closes branches may still be appended. */
  readonly hasRoom: boolean;
  /**
   * Makes the records durable, all or none. Calls may overlap; they become durable, and resolve, in
   * the order of the calls. A rejection (`journal_failed`) means that it is not known what is on
   * disk: the node must end (rule 20).
   */
  append(records: readonly JournalRecord[]): Promise<void>;
  /** Finishes what was appended and lets go of the storage. Idempotent. */
  shutdown(): Promise<void>;
}

/** One thing that happened, for operators: a name, a level, and fields. Never secrets. */
export interface LogEvent {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly [field: string]: unknown;
}

export type Log = (event: LogEvent) => void;
