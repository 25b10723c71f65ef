import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTestAuthority } from './test-authority.js';

test('an authority signs certificates for this machine, and an authority is like no other', async () => {
  const [authority, other] = [await createTestAuthority(), await createTestAuthority()];
  const { cert, key } = await authority.issue({ name: 'eu' });
  const certificate = new X509Certificate(cert);
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(certificate.verify(new X509Certificate(authority.ca).publicKey)).toBe(true);
  expect(certificate.verify(new X509Certificate(other.ca).publicKey)).toBe(false);
  expect(certificate.subject).toBe('CN=eu');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('localhost')).toBe('localhost');
});

test('a certificate can be out of date', async () => {
  const authority = await createTestAuthority();
  const [notBefore, notAfter] = [new Date('2020-01-01'), new Date('2020-01-02')];
  const { cert } = await authority.issue({ notBefore, notAfter });
  expect(new Date(new X509Certificate(cert).validTo)).toEqual(notAfter);
});
