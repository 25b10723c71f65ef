import { expect, test } from 'vitest';
import { createPost, createResult, type ResultChanges } from '../../test/demo-results.js';
import { toVerdict } from './verdict.js';

const STALE = createPost({ stale: true });
const TIMED_OUT = createPost({ timedOut: true, windowMs: undefined });
const FINE = createPost();

test.each<{ name: string; changes: ResultChanges; exitCode: number; text: RegExp }>([
  { name: 'stale without, none with', changes: {}, exitCode: 0, text: /2 of 2 .* none with/ },
  {
    name: 'a stale read with Rendezvous',
    changes: { rendezvousPosts: [STALE, FINE] },
    exitCode: 1,
    text: /1 stale reads got through/,
  },
  {
    name: 'a stale read weighs more than one that timed out',
    changes: { rendezvousPosts: [STALE, TIMED_OUT], baselinePosts: [FINE] },
    exitCode: 1,
    text: /got through/,
  },
  {
    name: 'a wait that timed out',
    changes: { rendezvousPosts: [FINE, TIMED_OUT] },
    exitCode: 3,
    text: /1 waits timed out/,
  },
  {
    name: 'a stale read while warming up',
    changes: { warmUp: [FINE, STALE] },
    exitCode: 1,
    text: /1 stale reads got through/,
  },
  {
    name: 'a wait that nobody answered',
    changes: { unanswered: 1 },
    exitCode: 3,
    text: /not answered/,
  },
  {
    name: 'nothing stale without Rendezvous',
    changes: { baselinePosts: [FINE, FINE] },
    exitCode: 3,
    text: /longer --lag than 200/,
  },
])('$name: exit code $exitCode', ({ changes, exitCode, text }) => {
  const verdict = toVerdict(createResult(changes));
  expect(verdict.exitCode).toBe(exitCode);
  expect(verdict.text).toMatch(text);
});
