import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findRuntimeClient } from './runtime-client.js';

const program = fileURLToPath(new URL('../../bin/build-lambda-runtime.mjs', import.meta.url));

test('the runtime client is looked for where it is built', () => {
  const where = execFileSync(process.execPath, [program, '--where'], { encoding: 'utf8' }).trim();
  let found: string;
  try {
    found = dirname(dirname(findRuntimeClient()));
  } catch (error) {
    // Not built here: the message says where it should be.
    found = /: (\S+) is missing; run/.exec(String(error))?.[1] ?? '';
  }
  expect(found).toBe(where);
});
