import { expect, test } from 'vitest';
import { createPost, createResult } from '../../test/demo-results.js';
import { renderHtmlReport } from './html-report.js';

test('the report needs nothing from outside and runs nothing', () => {
  const html = renderHtmlReport(createResult(), 'today');
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:/);
});

test('the report shows both distributions, the verdict, the numbers and where lag was injected', () => {
  const html = renderHtmlReport(createResult(), 'today');
  expect(html.match(/<svg /g)).toHaveLength(2);
  expect(html).toContain('2 of 2 reads were stale without Rendezvous, none with it.');
  expect(html).toContain('recovery_min_apply_delay = 200 ms');
  expect(html).toContain('PostgreSQL 18.4');
  expect(html).toContain('prefers-color-scheme: dark');
});

test('both distributions share one axis', () => {
  const html = renderHtmlReport(
    createResult({ baselinePosts: [createPost({ windowMs: 900 })] }),
    'today',
  );
  expect(html.match(/from 0 to 900 ms/g)).toHaveLength(2);
});

test('text from the machine is escaped', () => {
  const html = renderHtmlReport(createResult(), 'today');
  expect(html).toContain('Test &#60;processor&#62;');
  expect(html).not.toContain('<processor>');
});
