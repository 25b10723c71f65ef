import { expect, test } from 'vitest';
import { createLog, formatJsonLine, formatTextLine } from './log-line.js';

const time = new Date('2026-03-04T05:06:07.089Z');

test('an event is one readable line, with quotes where a value is more than a word', () => {
  const event = {
    level: 'warn',
    event: 'peer.lost',
    peer: 'us',
    reason: 'two\nlines level=info',
    attempts: 3,
    regions: ['eu', 'us'],
    cause: new Error('it broke'),
    nothing: undefined,
  } as const;
  expect(formatTextLine(event, time)).toBe(
    String.raw`05:06:07.089 warn  peer.lost peer=us reason="two\nlines level=info" attempts=3 regions="[\"eu\",\"us\"]" cause="it broke"`,
  );
});

test('as JSON an event is one object on one line', () => {
  const event = {
    level: 'info',
    event: 'node.ready',
    sequence: 5n,
    cause: new Error('x'),
  } as const;
  expect(formatJsonLine(event, time)).toBe(
    '{"time":"2026-03-04T05:06:07.089Z","level":"info","event":"node.ready","sequence":"5","cause":"x"}',
  );
});

test('events below the level are left out', () => {
  const lines: string[] = [];
  const log = createLog({ write: (text) => lines.push(text) }, { json: true, logLevel: 'warn' });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log({ level, event: 'e' });
  expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual([
    'warn',
    'error',
  ]);
});
