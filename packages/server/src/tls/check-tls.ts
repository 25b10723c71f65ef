/** Judges certificates and keys before anything is done with them. No message quotes any of them. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { RendezvousError } from '@rendezvous/protocol';
import type { ClientTlsOptions } from './tls-options.js';

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Throws `config_invalid`, naming the option. `nowMs` is wall-clock time. */
export function checkTls({ cert, key, ca }: ClientTlsOptions, nowMs: number): void {
  if ((cert === undefined) !== (key === undefined)) {
    throw invalid('tls: cert and key go together; give both or neither');
  }
  if (cert !== undefined && key !== undefined) {
    const [leaf, ...chain] = parseCertificates('tls.cert', cert);
    for (const certificate of [leaf, ...chain]) checkValidity('tls.cert', certificate, nowMs);
    if (!leaf.checkPrivateKey(parseKey(key))) throw invalid('tls.key: is not the key of tls.cert');
    checkStrength(cert, key);
  }
  if (ca === undefined) return;
  // A bundle may hold old ones beside the new.
  const authorities = parseCertificates('tls.ca', ca);
  if (authorities.every((authority) => endOf(authority) <= nowMs)) {
    throw invalid('tls.ca: every certificate in it has expired');
  }
}

/** When the certificate ends, in milliseconds since 1970. */
export function certificateEndMs(cert: string): number {
  return endOf(new X509Certificate(cert));
}

function parseCertificates(option: string, pem: unknown): [X509Certificate, ...X509Certificate[]] {
  const texts = typeof pem === 'string' ? pem.match(CERTIFICATES) : null;
  try {
    const [first, ...others] = (texts ?? []).map((text) => new X509Certificate(text));
    if (first) return [first, ...others];
  } catch {
    // Said below.
  }
  throw invalid(`${option}: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
}

function parseKey(pem: string): KeyObject {
  if (pem.includes('ENCRYPTED')) throw invalid('tls.key: is encrypted; give it decrypted');
  try {
    return createPrivateKey(pem);
  } catch {
    // No cause: it may quote what it read.
    throw invalid('tls.key: holds no private key in PEM (-----BEGIN PRIVATE KEY-----)');
  }
}

function checkValidity(option: string, certificate: X509Certificate, nowMs: number): void {
  const [from, to] = [certificate.validFrom, certificate.validTo];
  if (Date.parse(to) <= nowMs) throw invalid(`${option}: expired on ${to}; renew it`);
  if (Date.parse(from) > nowMs) {
    throw invalid(`${option}: is not valid before ${from}; is this machine's clock right?`);
  }
}

/** OpenSSL has demands of its own, on key sizes and signatures. */
function checkStrength(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`tls.cert: OpenSSL does not accept it: ${reason}`);
  }
}

function endOf(certificate: X509Certificate): number {
  return Date.parse(certificate.validTo);
}

function invalid(message: string): RendezvousError {
  return new RendezvousError('config_invalid', message);
}
