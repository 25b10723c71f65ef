import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROTOCOL_VERSION, PROTOCOL_VERSION_MIN } from '../src/protocol-version.js';

// SHA-256 of session.proto without comments and white space. When this test fails, the wire has
// changed: decide whether PROTOCOL_VERSION must rise (see its changelog), run `npm run generate`,
// then put the new hash here.
const PROTOCOL_HASH = 'dae5e090f54135ebd102dc0005684770a4363260183fc6fbd73172da4ad196d6';

test('the wire schema changes only together with its hash, and on purpose', () => {
  const url = new URL('../proto/rendezvous/v1/session.proto', import.meta.url);
  const schema = readFileSync(url, 'utf8')
    .replaceAll(/\/\/.*/g, '')
    .replaceAll(/\s+/g, '');
  expect(createHash('sha256').update(schema).digest('hex')).toBe(PROTOCOL_HASH);
});

test('the range of versions is not empty', () => {
  expect(PROTOCOL_VERSION_MIN).toBeLessThanOrEqual(PROTOCOL_VERSION);
});
