import { expect, test } from 'vitest';
import { listAnchors, listHeadings, listRelativeLinks } from './markdown.js';

test.each([
  ['[a](docs/a.md)', [{ path: 'docs/a.md', anchor: '' }]],
  ['[a](a.md#wait-and-read)', [{ path: 'a.md', anchor: 'wait-and-read' }]],
  ['[here](#top)', [{ path: '', anchor: 'top' }]],
  ['![graph](graph.svg "The graph")', [{ path: 'graph.svg', anchor: '' }]],
  ['[one](a.md) and [two](b.md)', ['a.md', 'b.md'].map((path) => ({ path, anchor: '' }))],
  ['[a]: ../a%20b.md', [{ path: '../a b.md', anchor: '' }]],
  ['[a](https://example.com/a.md) [b](mailto:a@example.com)', []],
  ['`[a](a.md)`', []],
  ['```ts\n[a](a.md)\n```', []],
])('the relative links of %j', (markdown, links) => {
  expect(listRelativeLinks(markdown)).toEqual(links);
});

test('anchors drop punctuation, keep hyphens and number what repeats', () => {
  const text =
    '# `open()`, and close\n## Wait - or not?\n## Again\n## Again\n```\n# no heading\n```';
  expect(listAnchors(text)).toEqual(['open-and-close', 'wait---or-not', 'again', 'again-1']);
});

test('a section ends at the next heading of any level', () => {
  expect(listHeadings('before\n# One\nfirst\n### Two\nsecond')).toEqual([
    { title: 'One', body: 'first\n' },
    { title: 'Two', body: 'second' },
  ]);
});
