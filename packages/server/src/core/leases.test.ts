import { describe, expect, it } from 'vitest';
import {
  entry,
  key,
  mintId,
  mintJournal,
  ORDERS,
  PHOTOS,
  type TestBranch,
  TestNode,
} from '../../test/test-node.js';

const OPEN = { store: 'photos', position: '', keys: [key('a')] };

/** A node for us whose replicas of `photos` are watched, with both monitors' streams. */
function setup(): { node: TestNode; us1: number; us2: number } {
  const node = new TestNode({ stores: [PHOTOS, ORDERS], peers: ['eu'] });
  const [us1 = 0, us2 = 0] = ['us-1', 'us-2'].map((replica) =>
    node.attach(replica, '', { store: 'photos' }),
  );
  return { node, us1, us2 };
}

/** What a monitor was told of one branch: whether it was overdue, each time. */
function told(node: TestNode, attach: number, bid: string): boolean[] {
  return node
    .answers(attach, 100)
    .flatMap((body) => (body.kind === 'branchesOpened' ? body.branches : []))
    .filter((branch) => branch.bid === bid)
    .map(({ overdue }) => overdue);
}

function noTrace(node: TestNode, replica: string, bid: string): void {
  const body = { kind: 'noTrace', region: 'us', replica, bids: [bid] } as const;
  expect(node.askNow(body, 100)).toEqual({ kind: 'done' });
}

describe('rule 19: a branch of a store with markers is overdue', () => {
  it('at once when its write was acknowledged before it opened', () => {
    const { node, us1 } = setup();
    const { bid } = node.open(OPEN);
    expect(told(node, us1, bid)).toEqual([true]);
  });

  it('5 s after its lease, on the clock of the node, and not before', () => {
    const { node, us1, us2 } = setup();
    const { bid } = node.open({ ...OPEN, leaseMs: 2_000 });
    node.advance(6_999);
    expect(told(node, us1, bid)).toEqual([false]);
    node.advance(1);
    expect(told(node, us1, bid)).toEqual([false, true]);
    expect(told(node, us2, bid)).toEqual([false, true]);
  });

  it('as soon as its client confirms the write, once', () => {
    const { node, us1 } = setup();
    const { bid } = node.open({ ...OPEN, leaseMs: 2_000 });
    node.ask({ kind: 'confirm', bid });
    node.ask({ kind: 'confirm', bid });
    node.advance(20_000);
    expect(told(node, us1, bid)).toEqual([false, true]);
  });

  it('where a peer says so, in its entry or later', () => {
    const { node, us1 } = setup();
    const journal = mintJournal();
    const [confirmed, pending] = [0, 1_000].map((leaseMs, index) =>
      entry(index + 1, { ...OPEN, regions: ['us'], leaseMs }),
    );
    if (!confirmed || !pending) throw new Error('unreachable');
    node.apply('eu', { journal, from: 0, to: 2, entries: [confirmed, pending] });
    expect(told(node, us1, confirmed.bid)).toEqual([true]);
    expect(told(node, us1, pending.bid)).toEqual([false]);
    node.apply('eu', { journal, from: 2, to: 2, confirmed: [pending.bid] });
    expect(told(node, us1, pending.bid)).toEqual([false, true]);
  });

  it('again after a restart, with a lease that begins anew', () => {
    const entries = [entry(1, { ...OPEN, regions: ['us'], leaseMs: 1_000 })];
    const journal = { id: mintJournal(), predecessors: [], head: 1, entries, horizon: '' };
    const node = new TestNode({ stores: [PHOTOS], journal });
    const attach = node.attach('us-1', '', { store: 'photos' });
    node.advance(5_999);
    expect(told(node, attach, entries[0]?.bid ?? '')).toEqual([false]);
    node.advance(1);
    expect(told(node, attach, entries[0]?.bid ?? '')).toEqual([false, true]);
  });

  it('no more once it has closed: nobody is told', () => {
    const { node, us1 } = setup();
    const { bid } = node.open({ ...OPEN, leaseMs: 1_000 });
    node.ask({ kind: 'close', region: 'us', replica: '', bids: [bid] });
    node.advance(20_000);
    expect(told(node, us1, bid)).toEqual([false]);
  });
});

describe('confirmations', () => {
  it('ride on the next batch to peers that have the entry', () => {
    const { node } = setup();
    const { bid } = node.open({ ...OPEN, leaseMs: 30_000 });
    const replicate = { kind: 'replicate', regions: ['us'], journal: '', from: 0 } as const;
    const stream = node.ask(replicate, 9);
    expect(node.answers(stream, 9)).toMatchObject([{ entries: [{ bid, leaseMs: 30_000 }] }]);
    node.ask({ kind: 'confirm', bid });
    node.advance(2_000);
    expect(node.answers(stream, 9)[1]).toMatchObject({ entries: [], confirmed: [bid] });
    expect(node.answers(stream, 9)[2]).toMatchObject({ confirmed: [] });
    const later = node.ask(replicate, 10);
    expect(node.answers(later, 10)).toMatchObject([{ entries: [{ bid, leaseMs: 0 }] }]);
  });
});

describe('rule 15: no aborts by guess', () => {
  it('a lease that ran out closes nothing', () => {
    const { node } = setup();
    const branch = node.open({ ...OPEN, leaseMs: 1_000 });
    node.advance(20_000);
    const query = { store: 'photos', timeoutMs: 0 };
    expect(node.waitNow([branch], query)).toMatchObject({
      status: 'timed_out',
      pending: [{ bid: branch.bid, reason: 'open' }],
    });
  });

  it('a write without any trace after its lease answers unknown, also to who waits already', () => {
    const { node } = setup();
    const branch = node.open({ ...OPEN, leaseMs: 1_000 });
    const waiting = node.wait([branch], { store: 'photos', timeoutMs: 30_000 });
    node.advance(6_000);
    noTrace(node, 'us-2', branch.bid);
    expect(node.waitAnswer(waiting)).toMatchObject({
      status: 'unknown',
      pending: [{ bid: branch.bid, reason: 'no_trace' }],
    });
    expect(node.waitNow([branch], { store: 'photos' }).status).toBe('unknown');
  });

  it('no trace means nothing while the write may be under way', () => {
    const { node } = setup();
    const branch = node.open({ ...OPEN, leaseMs: 10_000 });
    noTrace(node, 'us-1', branch.bid);
    expect(node.waitNow([branch], { store: 'photos' }).status).toBe('timed_out');
  });

  it('a trace that shows after all closes the branch', () => {
    const { node } = setup();
    const branch = node.open(OPEN);
    for (const replica of ['us-1', 'us-2']) noTrace(node, replica, branch.bid);
    node.ask({ kind: 'close', region: 'us', replica: 'us-1', bids: [branch.bid] }, 100);
    expect(node.waitNow([branch], { store: 'photos' }).status).toBe('unknown');
    node.ask({ kind: 'close', region: 'us', replica: 'us-2', bids: [branch.bid] }, 100);
    expect(node.waitNow([branch], { store: 'photos' }).status).toBe('consistent');
  });

  it('an abort reaches other nodes of the region, also where nobody else must see the write', () => {
    const { node } = setup();
    const { bid } = node.open(OPEN);
    const stream = node.ask({ kind: 'replicate', regions: ['us'], journal: '', from: 0 }, 9);
    node.ask({ kind: 'abort', bid });
    expect(node.answers(stream, 9).at(-1)).toMatchObject({ entries: [], aborted: [bid] });
  });

  it('an abort closes also what another node opened, when its entry comes with it', () => {
    const { node } = setup();
    const branch = node.open(OPEN);
    const copy = entry(1, { ...OPEN, bid: branch.bid, rid: branch.rid, regions: ['us'] });
    const journal = mintJournal();
    node.apply('eu', { journal, from: 0, to: 1, entries: [{ ...copy, aborted: true }] });
    expect(node.waitNow([branch], { store: 'photos' }).status).toBe('consistent');
  });

  it('an abort is kept in the journal, and closes the branch after a restart', () => {
    const node = new TestNode({ name: 'eu', stores: [PHOTOS], peers: ['us'] });
    const branch = node.open({ ...OPEN, leaseMs: 1_000 });
    node.ask({ kind: 'abort', bid: branch.bid });
    node.sync();
    const records = node.disk.filter((record) => record.kind === 'open');
    expect(records.at(-1)).toMatchObject({ entry: { bid: branch.bid, aborted: true } });
    const entries = records.slice(-1).map((record) => record.entry);
    const journal = { id: mintJournal(), predecessors: [], head: 1, entries, horizon: '' };
    const again = new TestNode({ name: 'us', stores: [PHOTOS], journal });
    again.attach('us-1', '', { store: 'photos' });
    again.attach('us-2', '', { store: 'photos' });
    const covered = { ...branch, position: { journal: journal.id, sequence: 1 } };
    expect(again.waitNow([covered], { store: 'photos' }).status).toBe('consistent');
  });
});

describe('rule 21: a replica without positions that is attached to again', () => {
  /** A write that was visible at both replicas, and one that is not yet. */
  function closedAndOpen(): { node: TestNode; closed: TestBranch; open: TestBranch } {
    const node = new TestNode({ stores: [PHOTOS] });
    node.attach('us-1', 'run-1', { store: 'photos', session: 101 });
    node.attach('us-2', 'run-1', { store: 'photos', session: 102 });
    const closed = node.open(OPEN);
    node.ask({ kind: 'close', region: 'us', replica: '', bids: [closed.bid] }, 101);
    const open = node.open(OPEN);
    node.take(node.core.endSession(101, node.nowMs));
    return { node, closed, open };
  }
  const statusOf = (node: TestNode, branch: TestBranch): string =>
    node.waitNow([branch], { store: 'photos' }).status;

  it('with the lineage that it had, goes on where it was', () => {
    const { node, closed, open } = closedAndOpen();
    expect(statusOf(node, closed)).toBe('timed_out');
    node.attach('us-1', 'run-1', { store: 'photos', session: 103 });
    expect(statusOf(node, closed)).toBe('consistent');
    expect(statusOf(node, open)).toBe('timed_out');
  });

  it('with another lineage, answers unknown for what was opened before, for good, and for no more', () => {
    const { node, closed, open } = closedAndOpen();
    node.attach('us-1', 'run-2', { store: 'photos', session: 103 });
    expect(statusOf(node, closed)).toBe('unknown');
    const later = node.open(OPEN);
    for (const { bid } of [open, later]) {
      node.ask({ kind: 'close', region: 'us', replica: '', bids: [bid] }, 103);
    }
    expect([closed, open, later].map((branch) => statusOf(node, branch))).toEqual([
      'unknown',
      'unknown',
      'consistent',
    ]);
    expect(node.disk.some(({ kind }) => kind === 'horizon')).toBe(true);
  });

  it('with a lineage of a megabyte is refused', () => {
    const { node } = closedAndOpen();
    const barrier = 'x'.repeat(1_000_000);
    const attach = { kind: 'attach', store: 'photos', region: 'us', replica: 'us-1' } as const;
    expect(node.askNow({ ...attach, barrier }, 103)).toMatchObject({ code: 'bad_request' });
  });
});

describe('a store with markers', () => {
  it('tells monitors the marker of a branch that stands for another one’s write', () => {
    const { node, us1 } = setup();
    const marker = mintId();
    const { bid } = node.open({ ...OPEN, marker });
    expect(node.answers(us1, 100).at(-1)).toMatchObject({ branches: [{ bid, marker }] });
  });

  const wrong = [
    { what: 'without keys', fields: { keys: [] }, message: /name the keys/ },
    { what: 'with a lease of an hour', fields: { leaseMs: 3_600_000 }, message: /900000 ms/ },
    { what: 'with a marker that is no bid', fields: { marker: 'x' }, message: /marker is the bid/ },
  ];
  it.each(wrong)('refuses an open $what', ({ fields, message }) => {
    const { node } = setup();
    const { id } = node.openUnsynced({ ...OPEN, ...fields });
    expect(node.answers(id)[0]).toMatchObject({ kind: 'failure', code: 'bad_request' });
    expect(node.answers(id)[0]).toMatchObject({
      message: expect.stringMatching(message) as string,
    });
    expect(node.core.branchCount).toBe(0);
  });

  it('refuses to hear of a replica that is not watched here', () => {
    const { node } = setup();
    const body = { kind: 'noTrace', region: 'us', replica: 'us-9', bids: [mintId()] } as const;
    expect(node.askNow(body, 100)).toMatchObject({ code: 'bad_request' });
  });

  it('remembers no lease of a branch that is gone', () => {
    const { node } = setup();
    const { bid } = node.open({ ...OPEN, leaseMs: 900_000 });
    node.advance(61_000);
    expect(node.core.branchCount).toBe(0);
    expect(node.core.nextTickAtMs).toBeLessThan(node.nowMs + 1_000);
    node.ask({ kind: 'confirm', bid });
  });
});
