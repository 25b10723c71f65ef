/**
 * What the core asks of its host. The core performs no I/O: it takes messages and time in and gives
 * these out, in order. The host must carry out each, and must keep the order of `append`s.
 */
import type { Inquire, JournalEntry, NodeMessage, ReportClosed } from '@rendezvous/protocol';

/** A change to the node's journal. Records of one append become durable together. */
export type JournalRecord =
  /** An entry, new or in the place of the one that has its sequence. */
  | { readonly kind: 'open'; readonly entry: JournalEntry }
  | { readonly kind: 'collect'; readonly sequence: number }
  /** The newest rid given up; durable before (or with) the removal of its entry (rule 7). */
  | { readonly kind: 'horizon'; readonly rid: string };

export type Effect =
  | { readonly kind: 'reply'; readonly session: number; readonly message: NodeMessage }
  /** Make durable, then call `journalSynced(ticket)`. Tickets ascend by one. */
  | { readonly kind: 'append'; readonly ticket: number; readonly records: readonly JournalRecord[] }
  /** Ask the peer to stream its journal from here; drops the stream that was asked for before. */
  | {
      readonly kind: 'replicate';
      readonly peer: string;
      readonly journal: string;
      readonly from: number;
    }
  | {
      readonly kind: 'acknowledge';
      readonly peer: string;
      readonly journal: string;
      readonly applied: number;
    }
  /** Tell the peer; call `reportAcknowledged` once it answers. */
  | { readonly kind: 'report'; readonly peer: string; readonly report: ReportClosed }
  /** Ask the peer; call `receiveInquired` with its answer, if there is one. */
  | { readonly kind: 'inquire'; readonly peer: string; readonly inquiry: Inquire };
