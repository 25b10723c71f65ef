import { expect, test } from 'vitest';
import { createResult } from '../../test/demo-results.js';
import { renderWindowReport } from './window-report.js';

const result = createResult();
const html = renderWindowReport(
  [
    { store: 'redis', lagMs: 200, runs: [{ ...result, product: 'Redis' }] },
    { store: 'postgres', lagMs: 200, runs: [result, result] },
  ],
  'today',
);

test('the report needs nothing from outside and runs nothing', () => {
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:/);
  expect(html).toContain('prefers-color-scheme: dark');
});

test('the report shows the figure, the verdict of each store, and every run', () => {
  expect(html.match(/<svg /g)).toHaveLength(1);
  expect(html).toContain('redis: 2 of 2 reads were stale without Rendezvous, none with it.');
  expect(html).toContain('postgres, run 2');
  expect(html).not.toContain('redis, run');
});

test('text from the machine is escaped', () => {
  expect(html).not.toContain('<processor>');
});
