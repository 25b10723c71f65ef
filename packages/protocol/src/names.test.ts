import { expect, test } from 'vitest';
import { isName } from './names.js';

test.each(['a', '7', 'eu', 'eu-replica', 'eu-', 'a'.repeat(32)])('%s is a name', (text) => {
  expect(isName(text)).toBe(true);
});

test.each(['', '-eu', 'EU', 'eu_1', 'eu.1', 'é', 'a\n', ' a', 'a~b', 'a'.repeat(33)])(
  '%j is no name',
  (text) => {
    expect(isName(text)).toBe(false);
  },
);
