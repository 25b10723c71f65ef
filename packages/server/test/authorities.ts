/** Certificates for tests of TLS; made once per test file, for they take a few milliseconds each. */
import { createTestAuthority, type TestAuthority } from '@rendezvous/testkit';
import type { TlsOptions } from '../src/tls/tls-options.js';

export interface Authorities {
  readonly authority: TestAuthority;
  /** Nobody's: what it signed is refused. */
  readonly stranger: TestAuthority;
  /** Of `authority`. */
  readonly node: TlsOptions;
  /** `node`, which asks clients for a certificate of `authority`. */
  readonly mutual: TlsOptions;
}

export async function createAuthorities(): Promise<Authorities> {
  const [authority, stranger] = [await createTestAuthority(), await createTestAuthority()];
  const node = await authority.issue({ name: 'node' });
  return { authority, stranger, node, mutual: { ...node, ca: authority.ca } };
}
