import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthorities } from '../../test/authorities.js';
import { certificateEndMs, checkTls } from './check-tls.js';
import type { ClientTlsOptions } from './tls-options.js';

const { authority, stranger, node } = await createAuthorities();
const NOW_MS = Date.now();
const HOUR_MS = 3_600_000;
const notAfter = new Date(NOW_MS - HOUR_MS);
const notBefore = new Date(NOW_MS - 2 * HOUR_MS);
const expired = await authority.issue({ notBefore, notAfter });
const early = await authority.issue({ notBefore: new Date(NOW_MS + HOUR_MS) });
const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
}).privateKey;
const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';

const ACCEPTED: readonly { readonly what: string; readonly tls: ClientTlsOptions }[] = [
  { what: 'nothing', tls: {} },
  { what: 'a certificate and its key', tls: node },
  { what: 'a chain', tls: { ...node, cert: `${node.cert}\n${authority.ca}` } },
  { what: 'authorities alone', tls: { ca: `# ours\n${authority.ca}${stranger.ca}` } },
  { what: 'an old authority beside a new one', tls: { ca: `${expired.cert}\n${authority.ca}` } },
];

test.each(ACCEPTED)('$what is accepted', ({ tls }) => {
  checkTls(tls, NOW_MS);
});

const REFUSED: readonly {
  readonly what: string;
  readonly tls: object;
  readonly says: string;
}[] = [
  { what: 'a certificate without a key', tls: { cert: node.cert }, says: 'cert and key' },
  { what: 'a key without a certificate', tls: { key: node.key }, says: 'cert and key' },
  { what: 'another key', tls: { ...node, key: early.key }, says: 'tls.key: is not the key' },
  { what: 'a key for a certificate', tls: { ...node, cert: node.key }, says: 'tls.cert: holds no' },
  { what: 'a certificate for a key', tls: { ...node, key: node.cert }, says: 'tls.key: holds no' },
  { what: 'an encrypted key', tls: { ...node, key: encrypted }, says: 'tls.key: is encrypted' },
  { what: 'a broken certificate', tls: { ...node, cert: broken }, says: 'tls.cert: holds no' },
  { what: 'a path', tls: { ...node, cert: '/etc/cert.pem' }, says: 'tls.cert: holds no' },
  { what: 'no text', tls: { ...node, cert: 5 }, says: 'tls.cert: holds no' },
  { what: 'an expired certificate', tls: expired, says: 'tls.cert: expired on ' },
  { what: 'a certificate of tomorrow', tls: early, says: 'tls.cert: is not valid before ' },
  {
    what: 'an expired certificate in the chain',
    tls: { ...node, cert: `${node.cert}\n${expired.cert}` },
    says: 'tls.cert: expired on ',
  },
  { what: 'an authority that is none', tls: { ca: 'ca' }, says: 'tls.ca: holds no' },
  { what: 'expired authorities', tls: { ca: expired.cert }, says: 'tls.ca: every certificate' },
];

test.each(REFUSED)('$what: config_invalid, and no key in the message', ({ tls, says }) => {
  const check = (): void => checkTls(tls, NOW_MS);
  expect(check).toThrow('[config_invalid] ');
  expect(check).toThrow(says);
  expect(check).not.toThrow(/PRIVATE KEY-----\n|MII|MIG/);
});

test('a certificate says when it ends', () => {
  // Certificates know seconds.
  expect(certificateEndMs(expired.cert)).toBe(Math.floor(notAfter.getTime() / 1_000) * 1_000);
});
