import { encodeUlid } from '@rendezvous/protocol';

/** A new rid or bid. */
export function createIdentifier(): string {
  return encodeUlid(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}
