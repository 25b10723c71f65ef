// Answers of a replica that come late, and apart from each other: the fake store holds them.
import { expect, test, vi } from 'vitest';
import { mintUlid } from '../../test/operations.js';
import { CONSISTENT, countOf, OPEN, ProbedNode } from '../../test/probed-node.js';
import { until } from '../../test/until.js';

vi.setConfig({ testTimeout: 20_000 });

test('an answer that is late holds up no branch but its own', async () => {
  const node = new ProbedNode();
  node.store.keyCountMax = 1;
  const release = node.us.hold('late');
  const [late, other] = [await node.write('late'), await node.write('other')];
  node.store.replicate();
  // Told of both at once, it looks them up together.
  node.watch();
  expect(await node.wait(other, 10_000)).toMatchObject(CONSISTENT);
  expect(await node.wait(late, 0)).toMatchObject(OPEN);
  release();
  expect(await node.wait(late, 10_000)).toMatchObject(CONSISTENT);
});

test('rule 21: an answer that comes when its connection was given up closes nothing', async () => {
  const node = new ProbedNode();
  node.watch({ answerTimeoutMs: 200 });
  await node.untilWatched();
  const release = node.us.hold('a');
  const bid = mintUlid();
  node.us.set('a', bid);
  const written = await node.write('a', { bid });
  await until(() => expect(node.us.questionCount).toBe(1));
  node.us.set('a', 'older');
  await until(() => expect(countOf(node.events, 'monitor_detached')).toBe(1));
  release();
  await node.untilProbed();
  expect(await node.wait(written, 0)).toMatchObject({ status: 'timed_out' });
  node.us.set('a', bid);
  expect(await node.wait(written, 10_000)).toMatchObject(CONSISTENT);
});
