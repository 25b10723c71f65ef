import { expect, test } from 'vitest';
import { findNearest, suggestNearest } from './nearest.js';

const commands = ['demo', 'serve', 'monitor', 'status'];

test.each([
  ['serv', 'serve'],
  ['sevre', 'serve'],
  ['statsu', 'status'],
  ['motinor', 'monitor'],
  ['domo', 'demo'],
  ['serve', 'serve'],
  ['deploy', undefined],
  ['x', undefined],
  ['', undefined],
])('findNearest() turns %s into %s', (word, nearest) => {
  expect(findNearest(word, commands)).toBe(nearest);
});

test('findNearest() takes no short name for another one', () => {
  expect(findNearest('eu', ['us', 'ap'])).toBeUndefined();
  expect(findNearest('eus', ['eu', 'us'])).toBe('eu');
});

test('suggestNearest() says nothing when nothing is near', () => {
  expect(suggestNearest('deploy', commands)).toBe('');
  expect(suggestNearest('serv', commands)).toBe(' Did you mean "serve"?');
});
