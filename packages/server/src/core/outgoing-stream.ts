/** How far the own journal has been streamed to one peer. */
import type { Asker } from './asker.js';

export interface OutgoingStream {
  readonly asker: Asker;
  readonly regions: readonly string[];
  sent: number;
  /** Batches that the peer has not acknowledged, oldest first. */
  inFlight: { readonly to: number; readonly bytes: number }[];
  /** Bids aborted since their entry was sent, or before the stream began. */
  readonly aborted: Set<string>;
  /** Bids confirmed since their entry was sent: they ride on the next batch, nothing waits for them. */
  readonly confirmed: Set<string>;
  /** The first batch, which says what the journal was before, has been sent. */
  hasBegun: boolean;
  lastSentAtMs: number;
}
