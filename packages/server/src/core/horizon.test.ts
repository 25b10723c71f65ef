import { describe, expect, it } from 'vitest';
import { setup, TestNode } from '../../test/test-node.js';

describe('the horizon', () => {
  it('rule 7: a branch given up raises a durable horizon before its entry goes', () => {
    const { node } = setup();
    const branch = node.open();
    node.advance(60_500);
    node.sync();
    expect(node.disk.slice(1)).toEqual([
      { kind: 'horizon', rid: branch.rid },
      { kind: 'collect', sequence: 1 },
    ]);
    expect(node.waitNow([branch])).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'given_up' }],
    });
  });

  it('rule 7: a blocked wait ends unknown when its branch is given up', () => {
    const { node } = setup();
    const wait = node.wait([node.open()], { timeoutMs: 100_000 });
    node.advance(60_500);
    expect(node.waitAnswer(wait)?.status).toBe('unknown');
  });

  it('rule 7: batches carry the horizon to peers, who make it durable', () => {
    const eu = new TestNode({ name: 'eu' });
    const stream = eu.ask({ kind: 'replicate', regions: ['us'], journal: '', from: 0 }, 9);
    const { rid } = eu.open();
    eu.advance(61_500);
    eu.sync();
    expect(eu.answers(stream, 9).at(-1)).toMatchObject({ horizon: rid });
    const us = new TestNode({ peers: ['eu'] });
    us.watchAll();
    us.apply('eu', { journal: eu.journal, from: 0, to: 1, horizon: rid });
    us.sync();
    expect(us.disk).toEqual([{ kind: 'horizon', rid }]);
    const branch = { id: 0, bid: '', rid, position: { journal: eu.journal, sequence: 1 } };
    expect(us.waitNow([branch]).status).toBe('unknown');
  });

  it('rule 7: younger requests are not touched by it', () => {
    const { node, us1, us2 } = setup();
    node.open();
    node.advance(60_500);
    const young = node.open();
    node.watermark(us1, 'a/1');
    node.watermark(us2, 'a/1');
    expect(node.waitNow([young]).status).toBe('consistent');
  });

  it('a branch that is closed here is not given up, only dropped', () => {
    const { node, us1, us2 } = setup();
    const branch = node.open();
    node.watermark(us1, 'a/1');
    node.watermark(us2, 'a/1');
    node.ask({ kind: 'reportClosed', journal: node.journal, region: 'ap', bids: [branch.bid] }, 9);
    node.advance(60_500);
    expect(node.core.status(node.nowMs).horizon).toBe('');
  });
});

describe('a restart', () => {
  it('rule 5: rebuilds the table from the journal, and knows only that', () => {
    const before = new TestNode();
    before.watchAll();
    const branch = before.open();
    const entries = before.disk.flatMap((record) => (record.kind === 'open' ? [record.entry] : []));
    const after = new TestNode({
      journal: { id: before.journal, predecessors: [], head: 1, entries, horizon: '' },
    });
    const [us1 = 0, us2 = 0] = after.watchAll();
    expect(after.waitNow([branch]).pending).toMatchObject([{ bid: branch.bid, reason: 'open' }]);
    after.watermark(us1, 'a/1');
    after.watermark(us2, 'a/1');
    expect(after.waitNow([branch]).status).toBe('consistent');
  });

  it('rule 3: with a new journal the old one’s positions are unknown, never consistent', () => {
    const before = new TestNode();
    const branch = before.open();
    const after = new TestNode();
    after.watchAll('a/9');
    const wait = after.wait([branch]);
    after.advance(1_000);
    expect(after.waitAnswer(wait)?.status).toBe('unknown');
  });
});
