import { describe, expect, it } from 'vitest';
import { entry, mintId, mintJournal, ORDERS, POSTS, TestNode } from '../../test/test-node.js';

describe('journals', () => {
  const journal = mintJournal();

  function setupPeer(): TestNode {
    const node = new TestNode({ peers: ['eu'] });
    node.watchAll();
    node.take(node.core.peerConnected('eu'));
    node.toPeers.length = 0;
    return node;
  }

  it('rule 6: a wait holds until the bookmark’s position is applied, then for the branch', () => {
    const node = setupPeer();
    node.apply('eu', { journal, from: 0, to: 0, head: 5 });
    const one = entry(5) as { rid: string };
    const branch = { id: 0, bid: '', rid: one.rid, position: { journal, sequence: 5 } };
    const wait = node.wait([branch]);
    expect(node.waitNow([branch]).pending).toMatchObject([{ reason: 'journal_behind' }]);
    node.apply('eu', { journal, from: 0, to: 5, entries: [one as never] });
    expect(node.waitAnswer(wait)).toBeUndefined();
    expect(node.waitNow([branch]).pending).toMatchObject([{ reason: 'open' }]);
  });

  it('rule 6: a request that is unknown once its position is applied was collected', () => {
    const node = setupPeer();
    const branch = { id: 0, bid: '', rid: mintId(), position: { journal, sequence: 5 } };
    node.apply('eu', { journal, from: 0, to: 5 });
    expect(node.waitNow([branch]).status).toBe('consistent');
  });

  it('rule 4: a batch behind a gap is not applied, and the stream is asked for again', () => {
    const node = setupPeer();
    const branch = { id: 0, bid: '', rid: mintId(), position: { journal, sequence: 5 } };
    node.apply('eu', { journal, from: 3, to: 5, entries: [entry(5)] });
    expect(node.waitNow([branch]).status).toBe('timed_out');
    expect(node.toPeers).toEqual([{ kind: 'replicate', peer: 'eu', journal, from: 0 }]);
  });

  it('rule 4: a batch that overlaps what is applied is applied from there, a repeated one not', () => {
    const node = setupPeer();
    const first = entry(1);
    node.apply('eu', { journal, from: 0, to: 1, entries: [first] });
    node.apply('eu', { journal, from: 0, to: 1, entries: [first] });
    node.apply('eu', { journal, from: 0, to: 2, entries: [first, entry(2)] });
    expect(node.core.status(node.nowMs).regions[0]).toMatchObject({ branchesOpen: 2 });
  });

  it('rule 4: positions move also when a range has nothing for the receiver', () => {
    const node = setupPeer();
    node.apply('eu', { journal, from: 0, to: 9 });
    expect(node.toPeers).toEqual([{ kind: 'acknowledge', peer: 'eu', journal, applied: 9 }]);
  });

  it('rule 5: after a restart a peer’s journal is asked for from its start', () => {
    const node = new TestNode({ peers: ['eu'] });
    node.take(node.core.peerConnected('eu'));
    expect(node.toPeers).toEqual([{ kind: 'replicate', peer: 'eu', journal: '', from: 0 }]);
  });

  it('rule 5: after a reconnect it is asked for from the applied position', () => {
    const node = setupPeer();
    node.apply('eu', { journal, from: 0, to: 9 });
    node.take(node.core.peerDisconnected('eu'));
    node.toPeers.length = 0;
    node.take(node.core.peerConnected('eu'));
    expect(node.toPeers).toEqual([{ kind: 'replicate', peer: 'eu', journal, from: 9 }]);
  });

  it('rule 3: a position of a journal that nobody knows is unknown after 1 s', () => {
    const node = setupPeer();
    const lost = {
      id: 0,
      bid: '',
      rid: mintId(),
      position: { journal: mintJournal(), sequence: 1 },
    };
    const wait = node.wait([lost]);
    node.advance(999);
    expect(node.waitAnswer(wait)).toBeUndefined();
    node.advance(1);
    expect(node.waitAnswer(wait)).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'journal_unknown' }],
    });
  });

  it('a position ahead of the journal’s known head is unknown after 1 s, or applied before', () => {
    const node = setupPeer();
    const forged = { id: 0, bid: '', rid: mintId(), position: { journal, sequence: 1_000_000 } };
    const wait = node.wait([forged]);
    const soon = node.wait([{ ...forged, position: { journal, sequence: 3 } }]);
    node.advance(500);
    node.apply('eu', { journal, from: 0, to: 3 });
    expect(node.waitAnswer(soon)?.status).toBe('consistent');
    node.advance(500);
    expect(node.waitAnswer(wait)?.status).toBe('unknown');
  });

  it('refuses a batch that claims to be of the node’s own journal', () => {
    const node = setupPeer();
    expect(node.apply('eu', { journal: node.journal, from: 0, to: 1 })).toBe(false);
  });
});

describe('replication out', () => {
  const replicate = (from = 0, journal = ''): never =>
    ({ kind: 'replicate', regions: ['us'], journal, from }) as never;

  it('rule 2: only durable entries are sent', () => {
    const node = new TestNode({ name: 'eu' });
    const stream = node.ask(replicate(), 9);
    const { bid } = node.openUnsynced();
    expect(node.answers(stream, 9)).toMatchObject([{ kind: 'batch', from: 0, to: 0, entries: [] }]);
    node.sync();
    expect(node.answers(stream, 9)[1]).toMatchObject({ from: 0, to: 1, entries: [{ bid }] });
  });

  it('sends only opens that name a region of the peer, and moves the position for all', () => {
    const node = new TestNode({
      name: 'eu',
      stores: [
        POSTS,
        {
          ...ORDERS,
          name: 'local',
          regions: [
            { name: 'eu', replicas: [] },
            { name: 'ap', replicas: [] },
          ],
        },
      ],
    });
    const stream = node.ask(replicate(), 9);
    node.open({ store: 'local' });
    expect(node.answers(stream, 9)[1]).toMatchObject({ from: 0, to: 1, entries: [] });
  });

  it('resumes behind the position that the peer has', () => {
    const node = new TestNode({ name: 'eu' });
    node.open();
    const second = node.open();
    const stream = node.ask(replicate(1, node.journal), 9);
    expect(node.answers(stream, 9)).toMatchObject([
      { from: 1, to: 2, entries: [{ bid: second.bid, sequence: 2 }] },
    ]);
  });

  it('starts from 0 for a peer that had another journal', () => {
    const node = new TestNode({ name: 'eu' });
    node.open();
    const stream = node.ask(replicate(7, mintJournal()), 9);
    expect(node.answers(stream, 9)).toMatchObject([{ from: 0, to: 1 }]);
  });

  it('rule 20: a peer that has applied more than the journal holds is refused', () => {
    const node = new TestNode({ name: 'eu' });
    const stream = node.ask(replicate(7, node.journal), 9);
    expect(node.answers(stream, 9)).toMatchObject([{ kind: 'failure', code: 'journal_failed' }]);
  });

  it('rule 20: after a restart live entries are sent again, also to a peer that has applied them', () => {
    const entries = [entry(3), entry(5)];
    const node = new TestNode({
      name: 'eu',
      journal: { id: mintJournal(), predecessors: [], head: 7, entries, horizon: '' },
    });
    const stream = node.ask(replicate(7, node.journal), 9);
    expect(node.answers(stream, 9)).toMatchObject([{ from: 2, to: 7, entries }]);
    const bids = entries.map(({ bid }) => bid);
    for (const region of ['us', 'ap']) {
      node.ask({ kind: 'reportClosed', journal: node.journal, region, bids }, 9);
    }
    const later = node.ask(replicate(7, node.journal), 10);
    expect(node.answers(later, 10)).toMatchObject([{ from: 7, to: 7 }]);
  });

  it('says every second that it lives', () => {
    const node = new TestNode({ name: 'eu' });
    const stream = node.ask(replicate(), 9);
    node.advance(3_000);
    expect(node.answers(stream, 9).length).toBeGreaterThanOrEqual(3);
  });

  it('sends ahead by a bounded number of bytes, and goes on as the peer acknowledges', () => {
    const node = new TestNode({ name: 'eu' });
    const stream = node.ask(replicate(), 9);
    for (let index = 0; index < 60; index++) {
      node.open({ keys: Array.from({ length: 40 }, () => new Uint8Array(3_000)) });
    }
    const sentTo = (): number => (node.answers(stream, 9).at(-1) as { to: number }).to;
    const first = sentTo();
    expect(first).toBeLessThan(60);
    const acknowledge = { kind: 'replicateAck', target: stream, journal: node.journal } as const;
    node.ask({ ...acknowledge, applied: first }, 9);
    expect(sentTo()).toBe(60);
  });

  it('rule 20: an entry goes only once every named region has reported the close', () => {
    const node = new TestNode({ name: 'eu' });
    const { bid } = node.open();
    const report = { kind: 'reportClosed', journal: node.journal, bids: [bid] } as const;
    node.ask({ ...report, region: 'us' }, 9);
    node.sync();
    expect(node.disk.map((record) => record.kind)).toEqual(['open']);
    node.ask({ ...report, region: 'ap' }, 9);
    node.sync();
    expect(node.disk[1]).toEqual({ kind: 'collect', sequence: 1 });
  });

  it('rule 15: an abort closes the copies at every peer, also at one that comes later', () => {
    const node = new TestNode({ name: 'eu' });
    const stream = node.ask(replicate(), 9);
    const { bid } = node.open();
    node.ask({ kind: 'abort', bid });
    expect(node.answers(stream, 9).at(-1)).toMatchObject({ aborted: [bid] });
    const later = node.ask(replicate(1, node.journal), 10);
    expect(node.answers(later, 10)).toMatchObject([{ aborted: [bid] }]);
  });
});

describe('reports of closes', () => {
  function setupReporting(): { node: TestNode; journal: string; bid: string } {
    const node = new TestNode({ peers: ['eu'] });
    const [us1 = 0, us2 = 0] = node.watchAll();
    const journal = mintJournal();
    node.take(node.core.peerConnected('eu'));
    const one = entry(1) as { bid: string };
    node.apply('eu', { journal, from: 0, to: 1, entries: [one as never] });
    node.takeReports();
    node.watermark(us1, 'a/1');
    node.watermark(us2, 'a/1');
    return { node, journal, bid: one.bid };
  }

  it('go to the owner of the journal once the region is closed', () => {
    const { node, journal, bid } = setupReporting();
    expect(node.takeReports()).toEqual([
      { kind: 'reportClosed', journal, region: 'us', bids: [bid] },
    ]);
  });

  it('are sent again after a reconnect until they are acknowledged', () => {
    const { node, bid } = setupReporting();
    const [report] = node.takeReports();
    node.take(node.core.peerDisconnected('eu'));
    node.take(node.core.peerConnected('eu'));
    expect(node.takeReports()).toEqual([report]);
    if (report) node.take(node.core.reportAcknowledged('eu', report));
    node.take(node.core.peerDisconnected('eu'));
    node.take(node.core.peerConnected('eu'));
    expect(node.takeReports()).toEqual([]);
    expect(bid).not.toBe('');
  });

  it('rule 20: are sent again when the owner, restarted, sends the entry again', () => {
    const node = new TestNode({ peers: ['eu'] });
    const [us1 = 0, us2 = 0] = node.watchAll('a/9');
    const journal = mintJournal();
    const entries = [entry(1), entry(2)];
    node.take(node.core.peerConnected('eu'));
    node.apply('eu', { journal, from: 0, to: 2, entries });
    const reports = node.takeReports();
    for (const report of reports) node.take(node.core.reportAcknowledged('eu', report));
    expect(node.core.branchCount).toBe(0);
    node.apply('eu', { journal, from: 0, to: 2, entries });
    expect(node.takeReports()).toEqual(reports);
    expect(node.watermark(us1, 'a/9')).toMatchObject({ branchesOpen: 0 });
    expect(node.watermark(us2, 'a/9')).toMatchObject({ branchesOpen: 0 });
  });

  it('are dropped when the peer comes back with another journal', () => {
    const { node } = setupReporting();
    node.takeReports();
    node.take(node.core.peerDisconnected('eu'));
    node.apply('eu', { journal: mintJournal(), from: 0, to: 0 });
    node.take(node.core.peerConnected('eu'));
    expect(node.takeReports()).toEqual([]);
  });
});
