import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createFolder,
  startCommand,
  until,
  untilNothingIsLeft,
} from '../../test/running-command.js';
import type { OverheadJson } from './overhead-result.js';

const COMMAND = ['bench', 'overhead', '--stores', 'redis', '--json'];

test('a small run compares every operation at every distance, and gives scripts an array', async () => {
  const report = join(await createFolder(), 'report.html');
  const size = ['--operations', '20', '--rtt', '0,2'];
  const run = await startCommand([...COMMAND, ...size, '--html', report]);
  expect(await run.ended, run.stderr()).toBe(0);
  const lines = run.stdout().trimEnd().split('\n');
  const rows = JSON.parse(lines.at(-1) ?? '') as OverheadJson[];
  const operations = ['controlWrite', 'write', 'controlRead', 'controlPing', 'read', 'readClosed'];
  expect(rows.map(({ measure, rttMs }) => `${measure} ${rttMs}`)).toEqual([
    ...operations.map((name) => `${name} 0`),
    ...operations.map((name) => `${name} 2`),
  ]);
  // A delay is never shorter than it was asked to be.
  for (const { rttMs, bareMs, wrappedMs } of rows) {
    expect(bareMs.p50).toBeGreaterThanOrEqual(rttMs);
    expect(wrappedMs.p50).toBeGreaterThanOrEqual(rttMs);
  }
  expect(run.stderr()).toMatch(/^ {2}redis +read, closed bookmark +2 ms /m);
  expect(await readFile(report, 'utf8')).toContain('<svg');
  await untilNothingIsLeft(run);
});

test('Ctrl-C leaves neither processes nor files', async () => {
  const run = await startCommand([...COMMAND, '--operations', '1000000']);
  await until(run, () => run.stderr().includes('controlWrite'));
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(130);
  await untilNothingIsLeft(run);
});

test('a distance that is none is wrong usage and says what is right', async () => {
  const run = await startCommand([...COMMAND, '--rtt', '0,far']);
  expect(await run.ended).toBe(2);
  expect(run.stderr()).toContain('--rtt takes times in ms');
});
