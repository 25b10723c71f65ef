import { describe, expect, it } from 'vitest';
import { entry, mintId, mintJournal, type TestBranch, TestNode } from '../../test/test-node.js';

/** A branch as a bookmark names it. */
function at(journal: string, sequence: number, rid: string): TestBranch {
  return { id: 0, bid: '', rid, position: { journal, sequence } };
}

function setup(): TestNode {
  const node = new TestNode({ peers: ['eu', 'ap'] });
  node.watchAll();
  for (const peer of ['eu', 'ap']) node.take(node.core.peerConnected(peer));
  node.toPeers.length = 0;
  return node;
}

describe('rule 3: a peer that started again has a new id, and what stood in the old one', () => {
  const [before, now] = [mintJournal(), mintJournal()];
  const predecessors = [{ journal: before, sequence: 3 }];

  it('is not asked for what was applied already', () => {
    const node = setup();
    node.apply('eu', { journal: before, from: 0, to: 3 });
    node.apply('eu', { journal: now, from: 3, to: 3, head: 5, predecessors });
    node.apply('eu', { journal: now, from: 3, to: 5 });
    expect(node.toPeers.filter(({ kind }) => kind === 'replicate')).toEqual([]);
    expect(node.waitNow([at(now, 5, mintId())]).status).toBe('consistent');
  });

  it('answers for bookmarks of then, and blocks on the branches that they cover', () => {
    const node = setup();
    const one = entry(2);
    node.apply('eu', { journal: now, from: 0, to: 3, entries: [one], predecessors });
    expect(node.waitNow([at(before, 2, one.rid)])).toMatchObject({
      status: 'timed_out',
      pending: [{ bid: one.bid, reason: 'open' }],
    });
    expect(node.waitNow([at(before, 1, one.rid)]).status).toBe('consistent');
  });

  it('wakes waits that could not know the old id', () => {
    const node = setup();
    const waiting = node.wait([at(before, 3, mintId())], { timeoutMs: 500 });
    node.apply('eu', { journal: now, from: 0, to: 3, predecessors });
    expect(node.waitAnswer(waiting)?.status).toBe('consistent');
  });

  it('wakes waits that were behind in the old id', () => {
    const node = setup();
    node.apply('eu', { journal: before, from: 0, to: 1, head: 3 });
    const waiting = node.wait([at(before, 3, mintId())]);
    node.apply('eu', { journal: now, from: 1, to: 3, predecessors });
    expect(node.waitAnswer(waiting)?.status).toBe('consistent');
  });

  it('wakes waits that rest on an old id, when its owner takes it back', () => {
    const node = setup();
    const one = entry(2);
    node.apply('eu', { journal: now, from: 0, to: 3, entries: [one], predecessors });
    const waiting = node.wait([at(before, 2, one.rid)], { timeoutMs: 8_000 });
    node.advance(2_000);
    expect(node.waitAnswer(waiting)).toBeUndefined();
    const others = [{ journal: mintJournal(), sequence: 1 }];
    node.apply('eu', { journal: mintJournal(), from: 0, to: 1, predecessors: others });
    expect(node.waitAnswer(waiting)).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'journal_unknown' }],
    });
  });

  it('still blocks on a copy that is known by the old id only', () => {
    const node = setup();
    const one = entry(2);
    node.apply('eu', { journal: before, from: 0, to: 3, entries: [one] });
    node.apply('eu', { journal: now, from: 3, to: 3, predecessors });
    expect(node.waitNow([at(before, 2, one.rid)]).status).toBe('timed_out');
  });

  it('blocks on such a copy by the new id too: a retried open is acknowledged there', () => {
    const node = setup();
    const one = entry(2);
    node.apply('eu', { journal: before, from: 0, to: 3, entries: [one] });
    node.apply('eu', { journal: now, from: 3, to: 3, predecessors });
    expect(node.waitNow([at(now, 2, one.rid)]).status).toBe('timed_out');
  });

  it('is told again of a close that it forgot, under its new id', () => {
    const node = setup();
    const one = entry(2);
    node.apply('eu', { journal: before, from: 0, to: 3, entries: [one] });
    node.ask({ kind: 'close', region: 'us', replica: '', bids: [one.bid] }, 100);
    node.toPeers.length = 0;
    node.apply('eu', { journal: now, from: 1, to: 3, entries: [one], predecessors });
    expect(node.takeReports()).toEqual([
      { kind: 'reportClosed', journal: now, region: 'us', bids: [one.bid] },
    ]);
  });
});

describe('rule 20: a node that came back with an older disk', () => {
  it('never gives a place out twice: what was lost is answered unknown', () => {
    const lost = mintJournal();
    const predecessors = [{ journal: lost, sequence: 2 }];
    const journal = { id: mintJournal(), predecessors, head: 2, entries: [], horizon: '' };
    const node = new TestNode({ journal });
    node.watchAll();
    const opened = node.open();
    expect(opened.position).toEqual({ journal: journal.id, sequence: 3 });
    expect(node.waitNow([at(lost, 2, mintId())]).status).toBe('consistent');
    const waiting = node.wait([at(lost, 3, opened.rid)]);
    node.advance(1_000);
    expect(node.waitAnswer(waiting)).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'journal_unknown' }],
    });
  });

  it('is followed by peers that had applied more, from where both agree', () => {
    const [lost, now] = [mintJournal(), mintJournal()];
    const journal = {
      ...{ id: now, predecessors: [{ journal: lost, sequence: 2 }], head: 2 },
      ...{ entries: [entry(1)], horizon: '' },
    };
    const node = new TestNode({ name: 'eu', journal });
    const replicate = { kind: 'replicate', regions: ['us'], journal: lost, from: 7 } as const;
    const stream = node.ask(replicate, 9);
    expect(node.answers(stream, 9)).toMatchObject([
      {
        journal: now,
        from: 0,
        to: 2,
        entries: journal.entries,
        predecessors: journal.predecessors,
      },
    ]);
  });

  it('keeps what its peer had applied beyond, by the old id', () => {
    const node = setup();
    const [lost, now] = [mintJournal(), mintJournal()];
    const one = entry(7);
    node.apply('eu', { journal: lost, from: 0, to: 7, entries: [one] });
    const predecessors = [{ journal: lost, sequence: 2 }];
    node.apply('eu', { journal: now, from: 0, to: 3, entries: [entry(3)], predecessors });
    expect(node.waitNow([at(lost, 7, one.rid)]).pending).toMatchObject([{ bid: one.bid }]);
    expect(
      node.core.status(node.nowMs).journals.find(({ journal }) => journal === now),
    ).toMatchObject({ applied: 3 });
  });
});

it('a peer’s word on the ids of another peer, or of this node, counts for nothing', () => {
  const node = setup();
  const [others, now] = [mintJournal(), mintJournal()];
  node.apply('ap', { journal: others, from: 0, to: 1, head: 9 });
  const own = node.open();
  const predecessors = [others, node.journal].map((journal) => ({ journal, sequence: 1_000 }));
  node.apply('eu', { journal: now, from: 0, to: 1_000, predecessors });
  expect(node.waitNow([at(others, 9, mintId())]).status).toBe('timed_out');
  expect(node.waitNow([own]).status).toBe('timed_out');
});
