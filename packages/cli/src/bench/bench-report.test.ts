import { expect, test } from 'vitest';
import { renderBenchPage } from './bench-report.js';

test('a page stands by itself, and takes text for text', () => {
  const page = renderBenchPage(
    {
      title: 'Waits & more',
      lines: ['1 < 2.'],
      charts: [
        { id: 'a', title: 'A', bars: [{ name: 'one', value: 1, text: '1 ms', kind: 'fresh' }] },
      ],
      columns: ['what', 'how much'],
      rows: [['one', '1 ms']],
      notes: ['Measured.', 'Carefully.'],
      json: [],
    },
    'today',
  );
  expect(page).toContain('<title>Rendezvous: Waits &#38; more</title>');
  expect(page).toContain('1 &#60; 2.');
  expect(page.match(/<svg /g)).toHaveLength(1);
  expect(page.match(/<li>/g)).toHaveLength(2);
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:|NaN/);
});
