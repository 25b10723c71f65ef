/** Makes real replication slower, or hold still, on demand. Nothing is faked: the replica gets the same writes, later. */
export interface LagGate {
  /** Writes become visible at the replica `ms` after they were made. */
  setDelay(ms: number): Promise<void>;
  /** Holds replication: resolves once the replica certainly applies nothing more. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Breaks the replication connections; the replica connects again by itself. */
  cut(): Promise<void>;
}
