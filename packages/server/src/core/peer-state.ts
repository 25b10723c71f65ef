/**
 * What this node owes and knows of one peer.
 *
 * Closes of branches that stand in the peer's journal are owed to it until it acknowledges them:
 * the peer keeps its entry until every named region has reported (rule 20).
 */

export interface PeerState {
  readonly name: string;
  connected: boolean;
  /** The journal that the peer had last; `''` before the first batch. */
  journal: string;
  /** Per journal and region, the branches whose close is owed. */
  readonly owed: Map<string, OwedReports>;
}

export interface OwedReports {
  readonly journal: string;
  readonly region: string;
  /** By bid, their rows. A branch that was given up meanwhile may have come back as another one. */
  readonly branches: Map<string, number>;
  /** Bids of the report that is on its way; undefined when none is. */
  sent: readonly string[] | undefined;
}
