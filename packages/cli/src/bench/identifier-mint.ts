import { encodeUlid } from '@rendezvous/protocol';

const RANDOMNESS_BYTES = 10;
const POOL_BYTES = 8_000;

/** Mints rids and bids as the client does, but asks for randomness eight hundred times less often. */
export function createIdentifierMint(): () => string {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return () => {
    if (used === POOL_BYTES) {
      crypto.getRandomValues(pool);
      used = 0;
    }
    used += RANDOMNESS_BYTES;
    return encodeUlid(Date.now(), pool.subarray(used - RANDOMNESS_BYTES, used));
  };
}
