import { expect, test } from 'vitest';
import { PostLog } from './post-log.js';

/** Lines as Lambda's runtime writes them, of one invocation after another. */
function createLog(lines: readonly (readonly [requestId: string, line: string])[]): PostLog {
  const log = new PostLog();
  for (const [index, [requestId, line]] of lines.entries()) {
    log.add({ requestId, line, atMs: index });
  }
  return log;
}

const PREFIX = '2026-01-01T00:00:00.000Z\tr1\tINFO\t';

test('a post that a wait held back was prevented from being stale', async () => {
  const log = createLog([
    ['w', `${PREFIX}stored with-1`],
    ['r1', `${PREFIX}reading with-1`],
    ['r1', 'wait consistent prevented'],
    ['r1', `${PREFIX}found with-1`],
  ]);
  expect(await log.untilFound('with-1')).toEqual({
    stale: false,
    timedOut: false,
    storedAtMs: 0,
    releasedAtMs: 2,
    foundAtMs: 3,
  });
  expect(log.unanswered).toBe(0);
});

test('a first read that finds nothing is stale, also when a later one finds the post', async () => {
  const log = createLog([
    ['r1', `${PREFIX}reading p`],
    ['r1', `${PREFIX}missing p`],
    ['r2', `${PREFIX}reading p`],
  ]);
  const found = log.untilFound('p');
  log.add({ requestId: 'r2', line: `${PREFIX}found p`, atMs: 9 });
  expect(await found).toMatchObject({ stale: true, foundAtMs: 9 });
});

test('a read that went on without an answer is counted, one that timed out and came back is not', async () => {
  const log = createLog([
    ['r1', `${PREFIX}reading a`],
    ['r1', 'wait unknown free'],
    ['r1', `${PREFIX}found a`],
    ['r2', `${PREFIX}reading b`],
    ['r2', 'wait timed_out prevented'],
    ['r3', `${PREFIX}reading b`],
    ['r3', 'wait consistent free'],
    ['r3', `${PREFIX}found b`],
  ]);
  expect(log.unanswered).toBe(1);
  expect(await log.untilFound('b')).toMatchObject({ timedOut: true, stale: false });
});

test('lines that are none of ours change nothing', () => {
  const log = createLog([
    ['r1', 'wait consistent prevented'],
    ['r1', 'Executing handler'],
  ]);
  expect(log.unanswered).toBe(0);
});
