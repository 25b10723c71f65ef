import { unwrap } from '../shim-registry.js';

/** A connection or pool of the callback API, whichever API its owner uses. */
export interface CoreClient {
  readonly query: (...parameters: readonly unknown[]) => unknown;
  readonly execute: (...parameters: readonly unknown[]) => unknown;
}

/** What runs the statements of `client`, past the shim; undefined if it is none of mysql2's. */
export function toCoreClient(client: unknown): CoreClient | undefined {
  if (typeof client !== 'object' || client === null) return undefined;
  const bare = unwrap(client) as { readonly connection?: object; readonly pool?: object };
  const core = unwrap(bare.connection ?? bare.pool ?? bare) as Partial<CoreClient>;
  return typeof core.query === 'function' && typeof core.execute === 'function'
    ? (core as CoreClient)
    : undefined;
}
