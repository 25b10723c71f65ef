import { describe, expect, it } from 'vitest';
import { mintId, mintJournal, setup, TestNode, waitFor } from '../../test/test-node.js';

const asked = { withPosition: true };

describe('the position that an answer names', () => {
  it('rule 22: is the least watermark of the replicas, each at or above what is covered', () => {
    const { node, us1, us2 } = setup();
    const branch = node.open({ position: 'a/3' });
    node.watermark(us1, 'a/9');
    node.watermark(us2, 'a/5');
    expect(node.waitNow([branch], asked)).toMatchObject({ status: 'consistent', position: 'a/5' });
    expect(node.waitNow([branch]).position).toBe('');
    expect(node.waitNow([branch], { ...asked, store: '' }).position).toBe('');
  });

  it('is not there where the answer is not consistent, nor in the home region', () => {
    const { node } = setup();
    const branch = node.open({ position: 'a/3' });
    expect(node.waitNow([branch], asked)).toMatchObject({ status: 'timed_out', position: '' });
    const home = new TestNode({ regions: ['eu'] });
    const written = home.open();
    const answer = home.waitNow([written], { ...asked, region: 'eu' });
    expect(answer).toMatchObject({ status: 'consistent', position: '' });
  });

  it('rule 22: of a branch that another node collected is read after its journal was applied', () => {
    const node = new TestNode({ peers: ['eu'] });
    const us1 = node.attach('us-1');
    const us2 = node.attach('us-2');
    node.watermark(us1, 'a/1');
    node.watermark(us2, 'a/1');
    node.nowMs += 10;
    const journal = mintJournal();
    node.take(node.core.peerConnected('eu'));
    node.apply('eu', { journal, from: 0, to: 4 });
    const place = { id: 0, bid: mintId(), rid: mintId(), position: { journal, sequence: 4 } };
    const before = node.announcements(us1);
    const query = waitFor([place], { ...asked, timeoutMs: 0 });
    expect(node.askNow(query)).toMatchObject({ status: 'consistent', position: '' });
    // The question makes the monitors read.
    expect(node.announcements(us1)).toBe(before + 1);
    node.watermark(us1, 'a/4');
    expect(node.askNow(query)).toMatchObject({ status: 'consistent', position: 'a/4' });
  });

  it('is unknown while a branch that was closed by name lies beyond the watermark', () => {
    const { node, us1, us2 } = setup();
    const branch = node.open({ position: 'a/7' });
    for (const replica of ['us-1', 'us-2']) {
      node.ask({ kind: 'close', region: 'us', replica, bids: [branch.bid] }, 100);
    }
    expect(node.waitNow([branch], asked)).toMatchObject({ status: 'consistent', position: '' });
    node.watermark(us1, 'a/6');
    expect(node.waitNow([branch], asked).position).toBe('');
    node.watermark(us2, 'a/7');
    expect(node.waitNow([branch], asked).position).toBe('a/7');
  });

  it('is unknown after watermarks that do not compare, until a new barrier', () => {
    const { node } = setup();
    const branch = node.open({ position: 'a/1' });
    node.watchAll('a/1');
    const second = node.attach('us-1', 'b/0', { session: 101 });
    const third = node.attach('us-2', 'b/0', { session: 101 });
    node.watermark(second, 'b/1', 101);
    node.watermark(third, 'b/1', 101);
    expect(node.waitNow([branch], asked)).toMatchObject({ status: 'consistent', position: '' });
    for (const session of [100, 101]) node.take(node.core.endSession(session, node.nowMs));
    node.watchAll('a/1');
    expect(node.waitNow([branch], asked)).toMatchObject({ status: 'consistent', position: 'a/1' });
  });
});
