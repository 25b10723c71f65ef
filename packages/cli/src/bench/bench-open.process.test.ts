import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createFolder,
  startCommand,
  until,
  untilNothingIsLeft,
} from '../../test/running-command.js';
import { OPEN_JOURNALS } from './open-journal.js';
import type { OpenJson } from './open-result.js';

const SMALL = ['--connections', '4', '--depth', '8', '--opens', '300', '--runs', '2'];

test('a small run knows every open that it acknowledged, and gives scripts a row per load and journal', async () => {
  const report = join(await createFolder(), 'report.html');
  const stores = ['--stores-per-request', '1,3', '--generators', '2'];
  const run = await startCommand([
    'bench',
    'open',
    ...SMALL,
    ...stores,
    '--json',
    '--html',
    report,
  ]);
  // 1 would say that the node lost an acknowledged open.
  expect(await run.ended, run.stderr()).toBe(0);
  const lines = run.stdout().trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  const rows = JSON.parse(lines[0] ?? '') as OpenJson[];
  expect(rows.map(({ storesPerRequest, journal }) => [storesPerRequest, journal])).toEqual(
    [1, 3].flatMap((count) => OPEN_JOURNALS.map((journal) => [count, journal])),
  );
  for (const row of rows) expectRow(row);
  expect(JSON.parse(await readFile(report.replace('.html', '.json'), 'utf8'))).toEqual(rows);
  const html = await readFile(report, 'utf8');
  expect(html.match(/<svg /g)).toHaveLength(7);
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:|NaN/);
  await untilNothingIsLeft(run);
});

function expectRow(row: OpenJson): void {
  const { latencyMs, opensPerSec, branchesPerSec, storesPerRequest } = row;
  expect(row).toMatchObject({ connections: 4, depth: 8, ratePerSec: null });
  expect(opensPerSec).toBeGreaterThan(0);
  expect(branchesPerSec / opensPerSec).toBeCloseTo(storesPerRequest, 0);
  expect(latencyMs.p50).toBeGreaterThan(0);
  expect(latencyMs.p99).toBeGreaterThanOrEqual(latencyMs.p50);
  expect(latencyMs.p999).toBeGreaterThanOrEqual(latencyMs.p99);
  expect(row.serverCpuUsPerOpen).toBeGreaterThan(0);
  expect(row.rssBytesPerOpenBranch).toBeGreaterThanOrEqual(0);
}

test('a sweep over clients has a row for each, and a curve', async () => {
  const report = join(await createFolder(), 'report.html');
  const sweep = ['--clients', '2,4', '--opens', '50', '--runs', '1', '--stores-per-request', '40'];
  const run = await startCommand(['bench', 'open', ...sweep, '--json', '--html', report]);
  expect(await run.ended, run.stderr()).toBe(0);
  const rows = JSON.parse(run.stdout()) as OpenJson[];
  expect(rows.map(({ connections, depth }) => [connections, depth])).toEqual(
    [2, 4].flatMap((clients) => OPEN_JOURNALS.map(() => [clients, 1])),
  );
  expect((await readFile(report, 'utf8')).match(/<polyline /g)).toHaveLength(2);
  await untilNothingIsLeft(run);
});

test('a rate is kept to, and no more is sent', async () => {
  const run = await startCommand(['bench', 'open', ...SMALL, '--rate', '500', '--json']);
  expect(await run.ended, run.stderr()).toBe(0);
  const rows = JSON.parse(run.stdout()) as OpenJson[];
  for (const { ratePerSec, opensPerSec } of rows) {
    expect(ratePerSec).toBe(500);
    // The first of them is due at once.
    expect(opensPerSec).toBeLessThanOrEqual(505);
  }
});

test('Ctrl-C leaves neither processes nor files', async () => {
  const run = await startCommand(['bench', 'open', '--duration', '60000', '--json']);
  await until(run, () => run.stderr().includes('run 1 of 3'));
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(130);
  await untilNothingIsLeft(run);
});

test('wrong usage says what is right', async () => {
  const run = await startCommand(['bench', 'open', '--depth', 'many']);
  expect(await run.ended).toBe(2);
  expect(run.stderr()).toContain('--depth takes whole numbers from 1 to 65536, not "many"');
  expect(run.stdout()).toBe('');
});
