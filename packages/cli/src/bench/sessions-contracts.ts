import type { ProcessContract } from '../demo/process-contracts.js';

/** A process of `bench sessions` that holds idle clients, each with a session of its own. */
export interface ClientsContract extends ProcessContract {
  readonly setup: { readonly url: string; readonly count: number };
  /** Every client is connected. */
  readonly ready: null;
  readonly requests: Readonly<Record<string, never>>;
}
