import { describe, expect, it } from 'vitest';
import { entry, key, mintId, mintJournal, PHOTOS, setup, TestNode } from '../../test/test-node.js';

const PHOTO = { store: 'photos', position: '', keys: [key('a')] };

describe('replicas', () => {
  it('no_monitor: a wait holds for 5 s after the monitor went, then answers unknown at once', () => {
    const { node } = setup();
    const branch = node.open();
    const wait = node.wait([branch], { timeoutMs: 60_000 });
    node.take(node.core.endSession(100, node.nowMs));
    node.advance(4_999);
    expect(node.waitAnswer(wait)).toBeUndefined();
    node.advance(1);
    expect(node.waitAnswer(wait)).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'no_monitor' }],
    });
    expect(node.waitNow([branch]).status).toBe('unknown');
  });

  it('rule 21: the last watermark dies with its connection', () => {
    const { node, us1, us2 } = setup();
    const branch = node.open();
    node.watermark(us1, 'a/1');
    node.watermark(us2, 'a/1');
    expect(node.waitNow([branch]).status).toBe('consistent');
    node.take(node.core.endSession(100, node.nowMs));
    expect(node.waitNow([branch])).toMatchObject({
      status: 'timed_out',
      pending: [{ reason: 'no_monitor' }],
    });
    node.watchAll();
    expect(node.waitNow([node.open()]).status).toBe('timed_out');
  });

  it('rule 11: a replica that comes back from an older copy holds waits until its barrier', () => {
    const { node, us1, us2 } = setup();
    const branch = node.open({ position: 'a/5' });
    node.watermark(us1, 'a/5');
    node.watermark(us2, 'a/5');
    expect(node.waitNow([branch]).status).toBe('consistent');
    node.ask({ kind: 'cancel', target: us1 }, 100);
    const rebuilt = node.attach('us-1', 'a/5');
    node.watermark(rebuilt, 'a/2');
    expect(node.waitNow([branch])).toMatchObject({
      status: 'timed_out',
      pending: [{ reason: 'barrier' }],
    });
    const wait = node.wait([branch]);
    node.watermark(rebuilt, 'a/5');
    expect(node.waitAnswer(wait)?.status).toBe('consistent');
  });

  it('rule 11: a monitor that is gone unnoticed does not vouch for a replica that went back', () => {
    const { node } = setup();
    const branch = node.open({ position: 'a/5' });
    node.watchAll('a/5');
    const second = node.attach('us-1', 'a/5', { session: 101 });
    node.watermark(second, 'a/2', 101);
    expect(node.waitNow([branch]).pending).toMatchObject([{ reason: 'barrier' }]);
    node.watermark(second, 'a/5', 101);
    expect(node.waitNow([branch]).status).toBe('consistent');
  });

  it('rule 11: a watermark that goes back ends the attach', () => {
    const { node, us1 } = setup();
    node.watermark(us1, 'a/5');
    expect(node.watermark(us1, 'a/4')).toMatchObject({ kind: 'failure', code: 'store_failed' });
    expect(node.watermark(us1, 'a/6')).toMatchObject({ kind: 'failure', code: 'bad_request' });
    expect(node.waitNow([node.open()]).pending).toMatchObject([{ reason: 'no_monitor' }]);
  });

  it('rule 10: a position that a failover cut off never closes, and its waits answer unknown', () => {
    const { node, us1, us2 } = setup();
    const kept = node.open({ position: 'a/3' });
    const lost = node.open({ position: 'a/9' });
    const wait = node.wait([lost]);
    for (const attach of [us1, us2]) {
      node.watermark(attach, 'b/9;a@5');
    }
    expect(node.waitAnswer(wait)).toMatchObject({
      status: 'unknown',
      pending: [{ bid: lost.bid, reason: 'cut_off' }],
    });
    expect(node.waitNow([kept]).status).toBe('consistent');
  });

  it('rule 10: positions of an unrelated lineage do not compare', () => {
    const { node, us1, us2 } = setup();
    const branch = node.open({ position: 'a/3' });
    node.watermark(us1, 'z/9');
    node.watermark(us2, 'z/9');
    expect(node.waitNow([branch]).status).toBe('timed_out');
  });

  it('rule 13: a monitor of markers that starts late or again is told of every open branch', () => {
    const node = new TestNode({ stores: [PHOTOS] });
    const us1 = node.attach('us-1', '', { store: 'photos' });
    const [first, second] = [node.open(PHOTO), node.open(PHOTO)];
    node.ask({ kind: 'cancel', target: us1 }, 100);
    const again = node.attach('us-1', '', { store: 'photos' });
    expect(node.answers(again, 100)).toMatchObject([
      { kind: 'branchesOpened', branches: [{ bid: first.bid }, { bid: second.bid }] },
    ]);
  });

  it('two monitors of one replica are both told of every branch', () => {
    const node = new TestNode({ stores: [PHOTOS] });
    const us1 = node.attach('us-1', '', { store: 'photos' });
    const second = node.attach('us-1', '', { store: 'photos', session: 101 });
    const { bid } = node.open(PHOTO);
    expect(node.answers(us1, 100).at(-1)).toMatchObject({ branches: [{ bid }] });
    expect(node.answers(second, 101).at(-1)).toMatchObject({ branches: [{ bid }] });
  });

  it('a monitor that follows positions hears that there are new branches, and not which', () => {
    const { node, us1 } = setup();
    const nothing = { kind: 'branchesOpened', branches: [] };
    expect(node.answers(us1, 100)).toEqual([nothing]);
    node.open();
    expect(node.answers(us1, 100)).toEqual([nothing, nothing]);
    const late = node.attach('us-1', 'a/0', { session: 101 });
    expect(node.answers(late, 101)).toEqual([nothing]);
  });

  it('counts the branches that are open at a replica, also those opened since it last moved', () => {
    const { node, us1 } = setup();
    node.open({ position: 'a/4' });
    expect(node.watermark(us1, 'a/0')).toEqual({ kind: 'watermarked', branchesOpen: 1 });
    node.open({ position: 'a/6' });
    expect(node.watermark(us1, 'a/5')).toEqual({ kind: 'watermarked', branchesOpen: 1 });
    expect(node.watermark(us1, 'a/6')).toEqual({ kind: 'watermarked', branchesOpen: 0 });
  });

  it('does not count a branch again that was closed before its second copy came', () => {
    const node = new TestNode({ peers: ['eu'] });
    const [us1 = 0] = node.watchAll();
    const { bid, rid } = node.open({ position: 'a/1' });
    node.watermark(us1, 'a/1');
    node.ask({ kind: 'cancel', target: us1 }, 100);
    const again = node.attach('us-1');
    node.watermark(again, 'a/0');
    node.apply('eu', {
      journal: mintJournal(),
      from: 0,
      to: 1,
      entries: [entry(1, { bid, rid, position: 'a/1' })],
    });
    expect(node.watermark(again, 'a/0')).toMatchObject({ branchesOpen: 0 });
  });

  it('refuses an attach without a position as barrier, or to a replica that it does not serve', () => {
    const { node } = setup();
    for (const id of [node.attach('us-1', ''), node.attach('ap-1'), node.attach('us-9')]) {
      expect(node.answers(id, 100)).toMatchObject([{ kind: 'failure', code: 'bad_request' }]);
    }
  });

  it('refuses closes for a region that it does not serve', () => {
    const { node } = setup();
    expect(node.askNow({ kind: 'close', region: 'ap', replica: '', bids: [] })).toMatchObject({
      kind: 'failure',
      code: 'region_not_served',
    });
  });
});

describe('derived stores', () => {
  const applied = (branch: { rid: string; position: object }, fields: object): never =>
    ({
      kind: 'applied',
      coverage: { rids: [branch.rid], everyRid: false, positions: [branch.position] },
      store: 'orders',
      region: 'search',
      key: new Uint8Array(),
      ordered: false,
      ...fields,
    }) as never;

  it('applied with a key closes only covered branches on that key', () => {
    const node = new TestNode({ name: 'search' });
    const a = node.open({ store: 'orders', keys: [key('a')] });
    const b = node.open({ store: 'orders', keys: [key('b')], rid: a.rid });
    const other = node.open({ store: 'orders', keys: [key('a')] });
    node.askNow(applied(b, { key: key('a') }));
    const query = { store: 'orders', region: 'search' };
    expect(node.waitNow([b], query).pending).toMatchObject([{ bid: b.bid }]);
    expect(node.waitNow([a], { ...query, keys: [key('a')] }).status).toBe('consistent');
    expect(node.waitNow([other], query).status).toBe('timed_out');
  });

  it('applied without a key needs the word that the stream is ordered', () => {
    const node = new TestNode({ name: 'search' });
    const branch = node.open({ store: 'orders' });
    expect(node.askNow(applied(branch, {}))).toMatchObject({ code: 'bad_request' });
    node.askNow(applied(branch, { ordered: true }));
    expect(node.waitNow([branch], { store: 'orders', region: 'search' }).status).toBe('consistent');
  });

  it('applied whose opens never come is refused, and may be tried again', () => {
    const node = new TestNode({ name: 'search', peers: ['eu'] });
    const absent = { rid: mintId(), position: { journal: mintJournal(), sequence: 1 } };
    const id = node.ask(applied(absent, { key: key('a') }));
    node.advance(10_500);
    expect(node.answers(id)).toMatchObject([{ code: 'unavailable', retryable: true }]);
  });

  it('applied that comes before the open waits for it', () => {
    const node = new TestNode({ name: 'search', peers: ['eu'] });
    const journal = mintJournal();
    const one = entry(1, { store: 'orders', regions: ['search'], keys: [key('a')] }) as {
      rid: string;
    };
    const branch = { id: 0, bid: '', rid: one.rid, position: { journal, sequence: 1 } };
    const id = node.ask(applied(branch, { key: key('a') }));
    expect(node.answers(id)).toEqual([]);
    node.apply('eu', { journal, from: 0, to: 1, entries: [one as never] });
    expect(node.answers(id)).toEqual([{ kind: 'done' }]);
    expect(node.waitNow([branch], { store: 'orders', region: 'search' }).status).toBe('consistent');
  });
});

it('rule 21: a session that ends with several monitors answers no wait by one that goes with it', () => {
  const node = new TestNode();
  for (const [session, barrier] of [
    [100, 'a/0'],
    [200, 'a/9'],
  ] as const) {
    for (const replica of ['us-1', 'us-2']) {
      node.watermark(node.attach(replica, barrier, { session }), 'a/0', session);
    }
  }
  const orders = node.attach('us-1', 'a/0', { store: 'orders', session: 200 });
  node.watermark(orders, 'a/0', 200);
  const branch = node.open({ store: 'orders', position: 'a/0' });
  const waiting = node.wait([branch], { store: '' });
  node.take(node.core.endSession(200, node.nowMs));
  expect(node.waitAnswer(waiting)).toBeUndefined();
  expect(node.waitNow([branch], { store: '' }).pending).toMatchObject([{ reason: 'no_monitor' }]);
});
