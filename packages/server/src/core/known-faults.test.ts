// Faults of the system that the paper describes, one test each: that this one does not share them.
import type { BranchesOpened, WaitAnswer } from '@rendezvous/protocol';
import { expect, test, vi } from 'vitest';
import {
  entry,
  key,
  mintId,
  mintJournal,
  PHOTOS,
  POSTS,
  setup,
  TestNode,
  waitFor,
} from '../../test/test-node.js';

vi.setConfig({ testTimeout: 30_000 });

/** `posts` with one replica, in us. */
const ONE_REPLICA = {
  ...POSTS,
  regions: [
    { name: 'eu', replicas: ['eu-1'] },
    { name: 'us', replicas: ['us-1'] },
  ],
};

const PHOTO = { store: 'photos', position: '', keys: [key('a')] };

const CLOSE_POSTS = { kind: 'close', region: 'us', replica: '' } as const;

/** Every branch that a monitor was told of. */
function toldTo(node: TestNode, attach: number, session = 100): string[] {
  return node
    .answers(attach, session)
    .flatMap((body) => (body as BranchesOpened).branches)
    .map(({ bid }) => bid);
}

test('the original’s fault: a wait on a request that nobody knows blocked for ever; it ends', () => {
  const { node } = setup();
  const journal = mintJournal();
  const nobody = { id: 0, bid: '', rid: mintId(), position: { journal, sequence: 1 } };
  const short = node.wait([nobody], { timeoutMs: 200 });
  const long = node.wait([nobody], { timeoutMs: 60_000 });
  node.advance(200);
  expect(node.waitAnswer(short)).toMatchObject({ status: 'timed_out', waitedMs: 200 });
  node.advance(800);
  expect(node.waitAnswer(long)).toMatchObject({ status: 'unknown', waitedMs: 1_000 });
});

test('the original’s fault: deadlines were whole seconds; ours are milliseconds', () => {
  const { node } = setup();
  const wait = node.wait([node.open()], { timeoutMs: 7 });
  node.advance(6);
  expect(node.waitAnswer(wait)).toBeUndefined();
  node.advance(1);
  expect(node.waitAnswer(wait)).toMatchObject({ status: 'timed_out', waitedMs: 7 });
});

test('the original’s fault: a timeout of 0 meant for ever; ours checks and returns', () => {
  const { node } = setup();
  const answer = node.waitNow([node.open()], { timeoutMs: 0 });
  expect(answer).toMatchObject({ status: 'timed_out', waitedMs: 0, pending: [{ reason: 'open' }] });
  expect(node.core.status(node.nowMs).waitsBlocked).toBe(0);
});

test('the original’s fault: a monitor that came late or again missed branches; it is told of all', () => {
  const node = new TestNode({ stores: [PHOTOS] });
  const branches = Array.from({ length: 3_000 }, () => node.openUnsynced(PHOTO));
  node.sync();
  const bids = branches.map(({ bid }) => bid);
  const late = node.attach('us-1', '', { store: 'photos', session: 101 });
  expect(toldTo(node, late, 101)).toEqual(bids);
  node.take(node.core.endSession(101, node.nowMs));
  const { bid } = node.open(PHOTO);
  const again = node.attach('us-1', '', { store: 'photos', session: 102 });
  expect(toldTo(node, again, 102)).toEqual([...bids, bid]);
});

test('the original’s fault: two monitors shared the branches between them; each is told of all', () => {
  const node = new TestNode({ stores: [PHOTOS] });
  const before = node.open(PHOTO);
  const attaches = [101, 102].map((session) =>
    node.attach('us-1', '', { store: 'photos', session }),
  );
  const after = Array.from({ length: 10 }, () => node.open(PHOTO));
  const bids = [before, ...after].map(({ bid }) => bid);
  attaches.forEach((attach, index) => expect(toldTo(node, attach, 101 + index)).toEqual(bids));
});

test('the original’s fault: a failed write blocked every read after it; an abort ends its branch', () => {
  const { node } = setup();
  const failed = node.open();
  const blocked = node.wait([failed]);
  node.ask({ kind: 'abort', bid: failed.bid });
  expect(node.waitAnswer(blocked)).toMatchObject({ status: 'consistent' });
  expect(node.waitNow([failed]).status).toBe('consistent');
});

test('the original’s fault: a key overwritten before the monitor looked never closed; both close', () => {
  const { node, us1, us2 } = setup();
  const first = node.open({ keys: [key('a')], position: 'a/1' });
  const second = node.open({ keys: [key('a')], position: 'a/2' });
  // The replica is first looked at when the second write is there, and the first is gone from it.
  for (const attach of [us1, us2]) node.watermark(attach, 'a/2');
  for (const branch of [first, second]) {
    expect(node.waitNow([branch], { keys: [key('a')] }).status).toBe('consistent');
  }
});

test('the original’s fault: concurrent first uses of one rid lost branches; none is lost', () => {
  const { node } = setup();
  const rid = mintId();
  const opens = Array.from({ length: 100 }, (_, index) =>
    node.openUnsynced({ rid, store: index % 2 === 0 ? 'posts' : 'orders' }),
  );
  node.sync();
  // The last one's position covers all.
  const position = { journal: node.journal, sequence: opens.length };
  const wait = node.wait([{ id: 0, bid: '', rid, position }], { store: '' });
  opens.forEach(({ bid }) => {
    expect(node.waitAnswer(wait)).toBeUndefined();
    node.ask({ ...CLOSE_POSTS, bids: [bid] });
  });
  expect(node.waitAnswer(wait)).toMatchObject({ status: 'consistent', prevented: true });
});

test('the original’s fault: concurrent first uses of one rid at two nodes lost branches; none is lost', () => {
  const node = new TestNode({ peers: ['eu', 'ap'] });
  node.watchAll();
  const rid = mintId();
  const journals = [mintJournal(), mintJournal()];
  const entries = journals.map(() => entry(1, { rid, position: 'a/5' }));
  ['eu', 'ap'].forEach((peer, index) => {
    const one = entries.slice(index, index + 1);
    node.apply(peer, { journal: journals[index] ?? '', from: 0, to: 1, entries: one });
  });
  const positions = journals.map((journal) => ({ journal, sequence: 1 }));
  const coverage = { rids: [rid], everyRid: false, positions };
  const wait = node.ask(waitFor([], { coverage }));
  for (const { bid } of entries) {
    expect(node.waitAnswer(wait)).toBeUndefined();
    node.ask({ ...CLOSE_POSTS, bids: [bid] });
  }
  expect(node.waitAnswer(wait)).toMatchObject({ status: 'consistent' });
});

test('the original’s fault: a region named twice in one open had to close twice; once is enough', () => {
  const node = new TestNode({ peers: ['eu'] });
  node.watchAll();
  const journal = mintJournal();
  const twice = entry(1, { regions: ['us', 'us'], position: 'a/5' });
  node.apply('eu', { journal, from: 0, to: 1, entries: [twice] });
  const branch = { id: 0, ...twice, position: { journal, sequence: 1 } };
  expect(node.core.status(node.nowMs).regions[0]).toMatchObject({ branchesOpen: 1 });
  node.ask({ ...CLOSE_POSTS, bids: [twice.bid] });
  expect(node.waitNow([branch]).status).toBe('consistent');
});

test('the original’s fault: a blocked wait cost a thread; ours costs no tick before its deadline', () => {
  const { node } = setup();
  const branch = node.open();
  for (let count = 0; count < 10_000; count++) node.wait([branch], { timeoutMs: 60_000 });
  const tickCountIn = (ms: number): number => {
    let count = 0;
    const untilMs = node.nowMs + ms;
    for (; node.core.nextTickAtMs <= untilMs; count++) {
      node.nowMs = node.core.nextTickAtMs;
      node.take(node.core.tick(node.nowMs));
    }
    return count;
  };
  // Housekeeping twice a second, however many wait.
  expect(tickCountIn(10_000)).toBe(20);
});

const ENDS: readonly {
  readonly how: string;
  readonly end: (node: TestNode, ids: number[]) => void;
}[] = [
  { how: 'answered', end: (node) => node.watchAll('a/9') },
  { how: 'timed out', end: (node) => node.advance(5_000) },
  {
    how: 'cancelled',
    end: (node, ids) => {
      for (const target of ids) node.ask({ kind: 'cancel', target });
    },
  },
  { how: 'abandoned', end: (node) => node.take(node.core.endSession(1, node.nowMs)) },
];

test.each(ENDS)(
  'the original’s fault: a wait that was $how stayed in memory; nothing of it is left',
  ({ end }) => {
    const { node } = setup();
    const branch = node.open();
    const keys = Array.from({ length: 50 }, () => new Uint8Array(3_000));
    // 1,700 such waits are as many as there may be: whatever leaks shows as `overloaded` later.
    for (let round = 0; round < 5; round++) {
      const ids = Array.from({ length: 1_000 }, () => node.wait([branch], { keys }));
      const answers = ids.flatMap((id) => node.answers(id) as readonly WaitAnswer[]);
      expect(answers.filter(({ status }) => status === 'unknown')).toEqual([]);
      end(node, ids);
      expect(node.core.status(node.nowMs).waitsBlocked).toBe(0);
    }
    // No timer of theirs is left either: only housekeeping is due.
    expect(node.core.nextTickAtMs - node.nowMs).toBeLessThanOrEqual(500);
  },
);

const BRANCH_COUNT = 200_000;
const WORK_MAX = 5_000;

function openMany(node: TestNode): void {
  for (let count = 1; count <= BRANCH_COUNT; count++) {
    node.openUnsynced({ position: 'a/5' });
    if (count % 100 === 0) node.sync();
  }
}

/** Ticks until `isDone`; the most branches that one of them took. */
function mostPerTick(node: TestNode, countOpen: () => number): number {
  let most = 0;
  while (countOpen() > 0) {
    const before = countOpen();
    node.nowMs = Math.max(node.nowMs, node.core.nextTickAtMs);
    node.take(node.core.tick(node.nowMs));
    most = Math.max(most, before - countOpen());
  }
  return most;
}

test('the original’s fault: collection froze the node; a replica that catches up closes 5,000 at a time', () => {
  const node = new TestNode({ stores: [ONE_REPLICA] });
  openMany(node);
  expect(node.core.branchCount).toBe(BRANCH_COUNT);
  const attach = node.attach('us-1');
  node.watermark(attach, 'a/9');
  expect(node.core.branchCount).toBe(BRANCH_COUNT - WORK_MAX);
  // The rest is due at once, and in between the node answers.
  expect(node.core.nextTickAtMs).toBeLessThanOrEqual(node.nowMs);
  expect(node.askNow({ kind: 'ping' })).toEqual({ kind: 'done' });
  expect(mostPerTick(node, () => node.core.branchCount)).toBe(WORK_MAX);
  // One look more finds nothing left to close.
  node.take(node.core.tick(node.nowMs));
  expect(node.core.nextTickAtMs).toBeGreaterThan(node.nowMs);
});

test('the original’s fault: collection froze the node; what is never closed is given up 5,000 at a time', () => {
  const node = new TestNode({ stores: [ONE_REPLICA] });
  openMany(node);
  node.nowMs += 60_000;
  expect(mostPerTick(node, () => node.core.branchCount)).toBe(WORK_MAX);
});
