import { expect, test } from 'vitest';
import { startCommand, until, untilNothingIsLeft } from '../../test/running-command.js';
import type { ImportJson } from './import-result.js';

test('a small run measures both handlers and gives scripts one line', async () => {
  const run = await startCommand(['bench', 'import', '--runs', '2', '--json']);
  expect(await run.ended, run.stderr()).toBe(0);
  const json = JSON.parse(run.stdout()) as ImportJson;
  expect(json.runs).toBe(2);
  expect(json.client.bundleBytes).toBeGreaterThan(json.empty.bundleBytes);
  expect(json.empty.importMs.p50).toBeGreaterThan(0);
  expect(json.client.importMs.p50).toBeGreaterThan(0);
  expect(run.stderr()).toMatch(/^ {2}with a client /m);
  await untilNothingIsLeft(run);
});

test('Ctrl-C leaves neither processes nor files', async () => {
  const run = await startCommand(['bench', 'import', '--runs', '1000', '--json']);
  await until(run, () => run.stderr().includes('Importing handlers'));
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(130);
  await untilNothingIsLeft(run);
});
