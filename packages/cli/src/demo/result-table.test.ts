import { expect, test } from 'vitest';
import { createResult } from '../../test/demo-results.js';
import { formatFootnotes, formatMs, formatResultTable } from './result-table.js';

test('the table compares the phases line by line', () => {
  expect(formatResultTable(createResult())).toBe(
    [
      '                                            without      with Rendezvous',
      '  ──────────────────────────────────────────────────────────────────────',
      '  posts                                           2                    2',
      '  stale reads                           2 (100.0 %)            0 (0.0 %)',
      '  prevented inconsistencies                       -                    2',
      '  waits timed out                                 -                    0',
      '  consistency window p50 / p99  210.0 ms / 210.0 ms  202.0 ms / 204.0 ms',
      '  write, median                             0.50 ms   1.00 ms (+0.50 ms)',
      '  read, median                              0.25 ms   0.20 ms (−0.05 ms)',
      '',
    ].join('\n'),
  );
});

test('the footnotes say where lag was injected and how finely was looked', () => {
  const footnotes = formatFootnotes(createResult());
  expect(footnotes).toContain('recovery_min_apply_delay = 200 ms');
  expect(footnotes).toContain('resolution 0.30 ms');
  expect(footnotes).toContain('every 20 ms');
});

test('the footnotes say how many posts a second there were', () => {
  const perLane = 'at most 50 posts under way, each lane at most 5 a second, the same';
  expect(formatFootnotes(createResult())).toContain(perLane);
  const ofAll = 'each lane at most 5 a second, at most 20 a second of all, the same';
  expect(formatFootnotes(createResult({ postRateMax: 20 }))).toContain(ofAll);
});

test.each([
  [undefined, '-'],
  [null, '-'],
  [0.333, '0.33 ms'],
  [12.34, '12.3 ms'],
])('formatMs(%s) is %s', (value, expected) => {
  expect(formatMs(value)).toBe(expected);
});
