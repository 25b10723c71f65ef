import { expect, test } from 'vitest';
import { createPost, createResult } from '../../test/demo-results.js';
import { toDemoJson } from './demo-result.js';

test('toDemoJson() has the shape that scripts rely on, and nothing else', () => {
  expect(toDemoJson(createResult())).toEqual({
    store: 'postgres',
    posts: 2,
    replicationLagMs: { p50: 199, p99: 201 },
    baseline: { staleReads: 2, windowMs: { p50: 210, p99: 210 } },
    rendezvous: {
      staleReads: 0,
      prevented: 2,
      timedOut: 0,
      windowMs: { p50: 202, p99: 204 },
      wakeMs: { p50: 0.75, p99: 0.75 },
    },
  });
});

test('a post that timed out counts as such, and has no window', () => {
  const timedOut = createPost({ timedOut: true, windowMs: undefined });
  const json = toDemoJson(createResult({ rendezvousPosts: [timedOut] }));
  expect(json.rendezvous).toMatchObject({
    staleReads: 0,
    timedOut: 1,
    windowMs: { p50: null, p99: null },
    wakeMs: { p50: null, p99: null },
  });
});
