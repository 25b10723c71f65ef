import type { Inquire, Inquired } from '@rendezvous/protocol';
import { describe, expect, it } from 'vitest';
import { entry, mintId, mintJournal, type TestBranch, TestNode } from '../../test/test-node.js';

const journal = mintJournal();

/** A node for us with a branch of eu's journal that has been open for long, and the inquiry about it. */
function setup(): { node: TestNode; branch: TestBranch; inquiry: Inquire } {
  const node = new TestNode({ peers: ['eu'] });
  node.watchAll();
  node.take(node.core.peerConnected('eu'));
  const one = entry(1);
  node.apply('eu', { journal, from: 0, to: 1, entries: [one] });
  node.toPeers.length = 0;
  node.advance(20_000);
  node.apply('eu', { journal, from: 1, to: 2, entries: [entry(2)] });
  node.advance(11_000);
  const [inquiry] = node.toPeers.flatMap((effect) =>
    effect.kind === 'inquire' ? [effect.inquiry] : [],
  );
  if (!inquiry) throw new Error('the peer is not asked');
  const branch = { id: 0, bid: one.bid, rid: one.rid, position: { journal, sequence: 1 } };
  return { node, branch, inquiry };
}

function answer(node: TestNode, inquiry: Inquire, fields: Partial<Inquired>): void {
  const inquired: Inquired = { kind: 'inquired', collected: [], horizon: '', ...fields };
  node.take(node.core.receiveInquired('eu', inquiry, inquired, node.nowMs));
}

describe('rule 13: a journal’s owner is asked about what stays open for long', () => {
  it('and not about what has just come', () => {
    const { branch, inquiry } = setup();
    expect(inquiry).toEqual({ kind: 'inquire', journal, bids: [branch.bid] });
  });

  it('what it has collected was closed here before', () => {
    const { node, branch, inquiry } = setup();
    const waiting = node.wait([branch]);
    answer(node, inquiry, { collected: [branch.bid] });
    expect(node.waitAnswer(waiting)).toMatchObject({ status: 'consistent', prevented: true });
  });

  it('what it has not collected stays open', () => {
    const { node, branch, inquiry } = setup();
    answer(node, inquiry, { collected: [mintId()] });
    expect(node.waitNow([branch]).status).toBe('timed_out');
  });

  it('rule 7: what it gave up is not taken for collected', () => {
    const { node, branch, inquiry } = setup();
    answer(node, inquiry, { collected: [branch.bid], horizon: branch.rid });
    expect(node.waitNow([branch])).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'given_up' }],
    });
  });

  it('an answer about a journal that the peer no longer has counts for nothing', () => {
    const { node, branch, inquiry } = setup();
    node.apply('eu', { journal: mintJournal(), from: 0, to: 0 });
    answer(node, inquiry, { collected: [branch.bid] });
    expect(node.waitNow([branch]).status).toBe('timed_out');
  });
});

describe('an inquiry', () => {
  it('is answered with what was collected, and with the horizon', () => {
    const node = new TestNode({ name: 'eu' });
    const [open, closed] = [node.open(), node.open()];
    for (const region of ['us', 'ap']) {
      const report = { kind: 'reportClosed', journal: node.journal, region } as const;
      node.ask({ ...report, bids: [closed.bid] }, 9);
    }
    const bids = [open.bid, closed.bid];
    expect(node.askNow({ kind: 'inquire', journal: node.journal, bids }, 9)).toEqual({
      kind: 'inquired',
      collected: [closed.bid],
      horizon: '',
    });
  });

  const wrong = [
    { what: 'about another journal', fields: { journal: mintJournal() } },
    { what: 'about what is no bid', fields: { bids: ['x'] } },
    { what: 'of more than one frame', fields: { bids: Array.from({ length: 5_001 }, mintId) } },
  ];
  it.each(wrong)('$what is refused', ({ fields }) => {
    const node = new TestNode({ name: 'eu' });
    const inquiry = {
      kind: 'inquire',
      journal: node.journal,
      bids: [mintId()],
      ...fields,
    } as const;
    expect(node.askNow(inquiry, 9)).toMatchObject({ kind: 'failure', code: 'bad_request' });
  });
});
