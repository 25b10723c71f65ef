/** How long the session with the nodes takes for what. docs/reference/client.md states these times. */
export interface SessionTimings {
  /** A node that has not welcomed us by then gets company: the next one is tried beside it. */
  readonly staggerMs: number;
  /** From the start of an attempt to the node's Welcome. */
  readonly connectTimeoutMs: number;
  /** Without a connection for so long we are away: operations fail at once. */
  readonly awayMs: number;
  /** Longest pause between attempts at one node while no other is connected. */
  readonly reconnectDelayMsMax: number;
  /** ... and while another is, which is less preferred. */
  readonly returnDelayMsMax: number;
  /** Pause after a node refused us: whatever makes it change its mind takes an operator. */
  readonly refusedDelayMs: number;
  /** A preferred node that is back must hold so long before we leave one that serves the region too. */
  readonly settleMs: number;
  /** A connection that lasted so long was a success: back-off starts over. */
  readonly stableMs: number;
  /** A node that owes an answer and says nothing for so long is lost. */
  readonly silenceMsMax: number;
  /** An operation that follows so long a silence asks whether the node still hears us. */
  readonly probeAfterMs: number;
  /** Without an answer by then, other connections are tried beside the silent one. */
  readonly probeMs: number;
}

export const DEFAULT_TIMINGS: SessionTimings = {
  staggerMs: 300,
  connectTimeoutMs: 5_000,
  awayMs: 2_000,
  reconnectDelayMsMax: 1_000,
  returnDelayMsMax: 5_000,
  refusedDelayMs: 10_000,
  settleMs: 5_000,
  stableMs: 5_000,
  silenceMsMax: 3_000,
  probeAfterMs: 1_000,
  probeMs: 100,
};
