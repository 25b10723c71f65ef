/**
 * Certificates for tests of TLS, made when a test asks for them: nothing is committed, nothing
 * expires, and no program of the OS is needed.
 */
import { RendezvousError } from '@rendezvous/protocol';
import type { CertificateExtension } from 'selfsigned';

/** Certificate and private key, as PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface TestCertificateOptions {
  /** Common name. Default `test`. */
  readonly name?: string;
  /** What it is good for. Default both. */
  readonly usage?: 'server' | 'client' | 'both';
  /** Default: a minute ago. */
  readonly notBefore?: Date;
  /** Default: in a day. */
  readonly notAfter?: Date;
}

/** A certificate authority that lives as long as the test. */
export interface TestAuthority {
  /** The authority's own certificate, as PEM: what others must trust. */
  readonly ca: string;
  /** A certificate for `localhost`, 127.0.0.1 and ::1, signed by this authority. */
  issue(options?: TestCertificateOptions): Promise<TestCertificate>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * A new authority, unlike any other. Rejects with `config_invalid` when the optional
 * peer `selfsigned` is not installed.
 *
 * @example
 * const authority = await createTestAuthority();
 * const { cert, key } = await authority.issue();
 * await using node = await startNode({ ...options, tls: { cert, key, ca: authority.ca } });
 */
export async function createTestAuthority(): Promise<TestAuthority> {
  const generate = await loadGenerate();
  const authority = await generate(nameOf('Rendezvous test authority'), {
    keyType: 'ec',
    algorithm: 'sha256',
    ...validityOf({}),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    ca: authority.cert,
    issue: async (options = {}) => {
      const { cert, private: key } = await generate(nameOf(options.name ?? 'test'), {
        keyType: 'ec',
        algorithm: 'sha256',
        ca: { cert: authority.cert, key: authority.private },
        ...validityOf(options),
        extensions: extensionsOf(options),
      });
      return { cert, key };
    },
  };
}

function nameOf(name: string): { name: string; value: string }[] {
  return [{ name: 'commonName', value: name }];
}

function validityOf({ notBefore, notAfter }: TestCertificateOptions): {
  notBeforeDate: Date;
  notAfterDate: Date;
} {
  const nowMs = Date.now();
  return {
    notBeforeDate: notBefore ?? new Date(nowMs - MINUTE_MS),
    notAfterDate: notAfter ?? new Date(nowMs + DAY_MS),
  };
}

function extensionsOf({ usage = 'both' }: TestCertificateOptions): CertificateExtension[] {
  return [
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', serverAuth: usage !== 'client', clientAuth: usage !== 'server' },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 2, value: 'localhost' },
        { type: 7, ip: '127.0.0.1' },
        { type: 7, ip: '::1' },
      ],
    },
  ];
}

async function loadGenerate(): Promise<typeof import('selfsigned').generate> {
  try {
    return (await import('selfsigned')).generate;
  } catch (cause) {
    const message = 'install the package "selfsigned": test certificates are made with it';
    throw new RendezvousError('config_invalid', message, { cause });
  }
}
