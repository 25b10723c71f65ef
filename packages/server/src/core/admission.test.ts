// One session that asks for more than its share: it is refused, others go on, nothing is left behind.
import type { ClientBody, Failure } from '@rendezvous/protocol';
import { expect, test, vi } from 'vitest';
import { key, mintId, mintJournal, setup, TestNode, waitFor } from '../../test/test-node.js';

vi.setConfig({ testTimeout: 30_000 });

const ATTACH = {
  kind: 'attach',
  store: 'posts',
  region: 'us',
  replica: 'us-1',
  barrier: 'a/0',
} as const;

const REPLICATE = { kind: 'replicate', regions: ['us'], journal: '', from: 0 } as const;

/** The code of a refusal, else the kind of the answer; undefined while there is none. */
function outcomeOf(node: TestNode, id: number, session: number): string | undefined {
  const [body] = node.answers(id, session);
  return body?.kind === 'failure' ? body.code : body?.kind;
}

function counts(outcomes: readonly (string | undefined)[]): Record<string, number> {
  const count: Record<string, number> = {};
  for (const outcome of outcomes) count[String(outcome)] = (count[String(outcome)] ?? 0) + 1;
  return count;
}

test('100,000 waits on one session: 50,000 block, the rest is refused, others still wait', () => {
  const { node } = setup();
  const branch = node.open();
  const wait = waitFor([branch]);
  const ids = Array.from({ length: 100_000 }, () => node.ask(wait, 7));
  const outcomes = ids.map((id) => outcomeOf(node, id, 7));
  expect(counts(outcomes)).toEqual({ undefined: 50_000, limit_exceeded: 50_000 });
  const other = node.ask(wait, 8);
  expect(node.core.status(node.nowMs).waitsBlocked).toBe(50_001);
  node.take(node.core.endSession(7, node.nowMs));
  expect(node.core.status(node.nowMs).waitsBlocked).toBe(1);
  node.advance(5_000);
  expect(outcomeOf(node, other, 8)).toBe('waitAnswer');
});

test('a check (timeoutMs 0) lasts no time, and counts for nothing', () => {
  const { node } = setup();
  const wait = waitFor([node.open()], { timeoutMs: 0 });
  for (let count = 0; count < 60_000; count++) node.ask(wait, 7);
  expect(node.askNow(wait, 7)).toMatchObject({ status: 'timed_out' });
});

const SUBSCRIPTIONS: readonly {
  readonly what: string;
  readonly body: ClientBody;
  readonly limit: number;
}[] = [
  { what: 'attach', body: ATTACH, limit: 1_000 },
  { what: 'replicate', body: REPLICATE, limit: 8 },
  {
    what: 'applied',
    body: {
      kind: 'applied',
      coverage: {
        rids: [mintId()],
        everyRid: false,
        positions: [{ journal: mintJournal(), sequence: 1 }],
      },
      store: 'posts',
      region: 'us',
      key: key('a'),
      ordered: false,
    },
    limit: 1_000,
  },
];

test.each(SUBSCRIPTIONS)(
  '10,000 times $what on one session: $limit are taken on, the rest is refused',
  ({ body, limit }) => {
    const node = new TestNode({ nowMs: 1_000 });
    const ids = Array.from({ length: 10_000 }, () => node.ask(body, 7));
    const refused = ids.filter((id) => outcomeOf(node, id, 7) === 'limit_exceeded');
    expect(refused).toHaveLength(10_000 - limit);
    expect(node.answers(refused[0] ?? 0, 7)[0]).toMatchObject({ retryable: true });
    // Ending one makes room for one.
    const [first = 0] = ids;
    node.ask({ kind: 'cancel', target: first }, 7);
    expect(outcomeOf(node, node.ask(body, 7), 7)).not.toBe('limit_exceeded');
    expect(outcomeOf(node, node.ask(body, 7), 7)).toBe('limit_exceeded');
    expect(outcomeOf(node, node.ask(body, 8), 8)).not.toBe('limit_exceeded');
    node.take(node.core.endSession(7, node.nowMs));
    node.take(node.core.endSession(8, node.nowMs));
    const { replicas } = node.core.status(node.nowMs);
    expect(replicas.every(({ monitored }) => !monitored)).toBe(true);
  },
);

test('an id that is in progress cannot be used again, by whatever operation', () => {
  const { node } = setup();
  const branch = node.open();
  const wait = waitFor([branch]);
  const first: ClientBody[] = [wait, ATTACH, REPLICATE];
  first.forEach((body, id) => node.ask(body, 7, id + 1));
  const before = node.core.status(node.nowMs);
  for (const id of [1, 2, 3]) {
    for (const body of first) {
      const answered = node.answers(id, 7).length;
      node.ask(body, 7, id);
      const refusal = node.answers(id, 7)[answered] as Failure;
      expect(refusal).toMatchObject({ kind: 'failure', code: 'bad_request' });
      expect(refusal.message).toContain(`id ${String(id)} is in progress`);
    }
  }
  expect(node.core.status(node.nowMs)).toEqual(before);
});

test('rule 21: an attach whose id was tried twice ends with its session', () => {
  const node = new TestNode();
  for (const replica of ['us-1', 'us-2']) {
    const attach = node.attach(replica);
    node.watermark(attach, 'a/9');
    node.ask({ ...ATTACH, replica }, 100, attach);
  }
  const branch = node.open({ position: 'a/5' });
  expect(node.waitNow([branch]).status).toBe('consistent');
  node.take(node.core.endSession(100, node.nowMs));
  // Nobody watches the replicas any more, so nobody knows that they have not gone back.
  expect(node.waitNow([branch])).toMatchObject({ status: 'timed_out' });
  node.advance(5_000);
  expect(node.waitNow([branch]).pending).toMatchObject([{ reason: 'no_monitor' }]);
});

test('the same ids on two sessions have nothing to do with each other', () => {
  const { node } = setup();
  const wait = waitFor([node.open()]);
  node.ask(wait, 7, 1);
  node.ask(wait, 8, 1);
  node.ask({ kind: 'cancel', target: 1 }, 7);
  expect(node.core.status(node.nowMs).waitsBlocked).toBe(1);
});

test('blocked waits hold at most 256 MiB of keys; then the node is overloaded, until some end', () => {
  const { node } = setup();
  const branch = node.open();
  const keys = Array.from({ length: 100 }, () => new Uint8Array(3_072));
  // Each wait has its own view of the same memory: the node counts what it would be.
  const wait = waitFor([branch], { keys });
  const ids = Array.from({ length: 1_000 }, () => node.ask(wait, 7));
  const answered = ids.filter((id) => node.answers(id, 7).length > 0);
  expect(1_000 - answered.length).toBe(Math.floor((256 * 1024 * 1024) / (100 * 3_200)));
  expect(node.answers(answered[0] ?? 0, 7)).toMatchObject([
    { status: 'unknown', pending: [{ reason: 'overloaded' }] },
  ]);
  node.ask({ kind: 'cancel', target: ids[0] ?? 0 }, 7);
  expect(node.answers(node.ask(wait, 7), 7)).toEqual([]);
});
