import { describe, expect, it } from 'vitest';
import { key, mintId, mintJournal, setup, TestNode, waitFor } from '../../test/test-node.js';

describe('waits', () => {
  it('blocks while a covered branch is open, and is prevented once it closes', () => {
    const { node, us1, us2 } = setup();
    const wait = node.wait([node.open()]);
    node.advance(70);
    node.watermark(us1, 'a/1');
    expect(node.waitAnswer(wait)).toBeUndefined();
    node.watermark(us2, 'a/1');
    expect(node.waitAnswer(wait)).toEqual({
      kind: 'waitAnswer',
      status: 'consistent',
      prevented: true,
      waitedMs: 70,
      closedAgoMs: 0,
      pending: [],
      position: '',
    });
  });

  it('rule 9: one replica of two does not close a region', () => {
    const { node, us1 } = setup();
    const branch = node.open();
    node.watermark(us1, 'a/9');
    expect(node.waitNow([branch]).status).toBe('timed_out');
  });

  it('rule 9: two monitors of one replica do not add up to two replicas', () => {
    const { node, us1 } = setup();
    const branch = node.open();
    const second = node.attach('us-1', 'a/0', { session: 101 });
    node.watermark(us1, 'a/1');
    node.watermark(second, 'a/1', 101);
    expect(node.waitNow([branch]).status).toBe('timed_out');
  });

  it('rule 1: closing again changes nothing', () => {
    const { node } = setup();
    const branch = node.open();
    const close = { kind: 'close', region: 'us', replica: 'us-1', bids: [branch.bid] } as const;
    node.ask(close);
    node.ask(close);
    expect(node.waitNow([branch]).status).toBe('timed_out');
    node.ask({ ...close, replica: 'us-2' });
    expect(node.waitNow([branch]).status).toBe('consistent');
  });

  it('rule 1: a close that comes before its open counts', () => {
    const { node } = setup();
    const bid = mintId();
    node.ask({ kind: 'close', region: 'us', replica: '', bids: [bid] });
    expect(node.waitNow([node.open({ bid })]).status).toBe('consistent');
  });

  it('rule 12: an open at or below the last watermark closes at once', () => {
    const { node, us1, us2 } = setup();
    node.watermark(us1, 'a/7');
    node.watermark(us2, 'a/8');
    expect(node.waitNow([node.open({ position: 'a/7' })]).status).toBe('consistent');
    expect(node.waitNow([node.open({ position: 'a/8' })]).status).toBe('timed_out');
  });

  it('ends at its deadline and says what it waited for', () => {
    const { node } = setup();
    const branch = node.open();
    const wait = node.wait([branch], { timeoutMs: 300 });
    node.advance(299);
    expect(node.waitAnswer(wait)).toBeUndefined();
    node.advance(1);
    expect(node.waitAnswer(wait)).toMatchObject({
      status: 'timed_out',
      prevented: false,
      waitedMs: 300,
      pending: [{ store: 'posts', bid: branch.bid, ageMs: 300, reason: 'open' }],
    });
  });

  it('timeoutMs 0 checks and answers at once', () => {
    const { node } = setup();
    expect(node.waitNow([node.open()])).toMatchObject({ status: 'timed_out', waitedMs: 0 });
  });

  it('a wait that names key B does not wait for key A; one that names none does', () => {
    const { node } = setup();
    const branch = node.open({ keys: [key('a')] });
    expect(node.waitNow([branch], { keys: [key('b')] }).status).toBe('consistent');
    expect(node.waitNow([branch], { keys: [key('b'), key('a')] }).status).toBe('timed_out');
    expect(node.waitNow([branch]).status).toBe('timed_out');
  });

  it('a write that named no key blocks every key', () => {
    const { node } = setup();
    expect(node.waitNow([node.open()], { keys: [key('b')] }).status).toBe('timed_out');
  });

  it('a wait for one store does not wait for another; one without a store waits for all', () => {
    const { node } = setup();
    const branch = node.open({ store: 'orders' });
    expect(node.waitNow([branch], { store: 'posts' }).status).toBe('consistent');
    expect(node.waitNow([branch], { store: '' }).status).toBe('timed_out');
  });

  it('at the home of its store a wait is consistent at once', () => {
    const node = new TestNode({ name: 'eu' });
    expect(node.waitNow([node.open()], { region: 'eu' }).status).toBe('consistent');
  });

  it('rule 18: a branch opened behind the bookmark’s position is not covered', () => {
    const { node, us1, us2 } = setup();
    const first = node.open({ position: 'a/1' });
    node.open({ rid: first.rid, position: 'a/9' });
    node.watermark(us1, 'a/1');
    node.watermark(us2, 'a/1');
    expect(node.waitNow([first]).status).toBe('consistent');
  });

  it('rule 16: a bookmark of every request covers all branches at or below its positions', () => {
    const { node } = setup();
    const branch = node.open();
    const everyRid = { rids: [], everyRid: true, positions: [branch.position] };
    expect(node.waitNow([], { coverage: everyRid }).status).toBe('timed_out');
    const below = { ...everyRid, positions: [{ ...branch.position, sequence: 0 }] };
    expect(node.waitNow([], { coverage: below }).status).toBe('consistent');
  });

  it('a cancelled wait, and one whose session ended, leave nothing behind', () => {
    const { node } = setup();
    const branch = node.open();
    const cancelled = node.wait([branch]);
    node.ask(waitFor([branch]), 2);
    expect(node.core.status(node.nowMs).waitsBlocked).toBe(2);
    node.ask({ kind: 'cancel', target: cancelled });
    node.take(node.core.endSession(2, node.nowMs));
    expect(node.core.status(node.nowMs).waitsBlocked).toBe(0);
    node.advance(10_000);
    expect(node.answers(cancelled)).toEqual([]);
  });

  it('above the bound of blocked waits the answer is unknown, not a refusal to read', () => {
    const node = new TestNode({ limits: { waitCountMax: 1 } });
    node.watchAll();
    const branch = node.open();
    node.wait([branch]);
    expect(node.waitAnswer(node.wait([branch]))).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'overloaded' }],
    });
  });

  it('refuses a timeout above 900,000 ms', () => {
    const { node } = setup();
    expect(node.waitNow([node.open()], { timeoutMs: 900_001 })).toMatchObject({
      kind: 'failure',
      code: 'bad_request',
    });
  });

  it('rule 8: a node that does not serve the region answers unknown', () => {
    const { node } = setup();
    const answer = node.waitNow([node.open()], { region: 'ap' });
    expect(answer).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'region_not_served' }],
    });
  });

  it('rule 22: a store that the node does not know, or not there, is unknown', () => {
    const { node } = setup();
    const branch = node.open();
    expect(node.waitNow([branch], { store: 'carts' })).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'store_unknown' }],
    });
  });
});

describe('closedAgoMs', () => {
  it('rule 17: is the time since the last covered branch closed, rounded down', () => {
    const { node, us1, us2 } = setup();
    node.advance(10_000);
    const branch = node.open();
    node.watermark(us1, 'a/1');
    node.watermark(us2, 'a/1');
    node.advance(12.9);
    expect(node.waitNow([branch]).closedAgoMs).toBe(12);
  });

  it('rule 17: is never more than the node has been up, or its replicas ready', () => {
    const { node } = setup();
    const elsewhere = {
      id: 0,
      bid: '',
      rid: mintId(),
      position: { journal: node.journal, sequence: 0 },
    };
    node.advance(250);
    expect(node.waitNow([elsewhere]).closedAgoMs).toBe(250);
    node.take(node.core.endSession(100, node.nowMs));
    node.watchAll();
    expect(node.waitNow([elsewhere]).closedAgoMs).toBe(0);
  });

  it('rule 17: is capped at an hour, whatever passes', () => {
    const { node } = setup();
    node.nowMs += 100 * 24 * 3_600_000;
    const old = { id: 0, bid: '', rid: mintId(), position: { journal: node.journal, sequence: 0 } };
    expect(node.waitNow([old]).closedAgoMs).toBe(3_600_000);
  });

  it('rule 17: is not more than the time since a peer’s position is known to be applied', () => {
    const node = new TestNode({ peers: ['eu'] });
    node.watchAll();
    const journal = mintJournal();
    const collected = { id: 0, bid: '', rid: mintId(), position: { journal, sequence: 5 } };
    node.advance(1_000);
    node.apply('eu', { journal, from: 0, to: 5 });
    expect(node.waitNow([collected]).closedAgoMs).toBe(0);
    node.advance(40);
    expect(node.waitNow([collected]).closedAgoMs).toBe(40);
  });
});
