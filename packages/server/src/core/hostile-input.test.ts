// What no client, monitor or peer of ours sends. It is refused with a code, and changes nothing.
import type { Batch, ClientBody, StatusAnswer } from '@rendezvous/protocol';
import { describe, expect, it, test } from 'vitest';
import { entry, key, mintId, mintJournal, setup, TestNode, waitFor } from '../../test/test-node.js';

const LONG = 'x'.repeat(1_000_000);

function stateOf(node: TestNode): Omit<StatusAnswer, 'uptimeMs'> & { branchCount: number } {
  const { uptimeMs: _, ...status } = node.core.status(node.nowMs);
  return { ...status, branchCount: node.core.branchCount };
}

const ANYTHING = { rids: [mintId()], everyRid: false, positions: [] } as const;
const APPLIED = { kind: 'applied', store: 'posts', region: 'us', ordered: false } as const;
const ATTACH = { kind: 'attach', store: 'posts', region: 'us', replica: 'us-1' } as const;
const CLOSE = { kind: 'close', region: 'us', replica: 'us-1' } as const;
const POSITIONS = Array.from({ length: 65 }, () => ({ journal: mintJournal(), sequence: 1 }));

const REFUSED: readonly {
  readonly what: string;
  readonly body: ClientBody;
  readonly code?: string;
}[] = [
  {
    what: 'an attach to a store that was never configured',
    body: { ...ATTACH, store: 'nothing', barrier: 'a/0' },
  },
  {
    what: 'an attach to a region that was never configured',
    body: { ...ATTACH, region: 'mars', barrier: 'a/0' },
  },
  {
    what: 'an attach to a replica that was never configured',
    body: { ...ATTACH, replica: LONG, barrier: 'a/0' },
  },
  { what: 'an attach whose barrier is no position', body: { ...ATTACH, barrier: 'nonsense' } },
  {
    what: 'an attach whose barrier is a megabyte',
    body: { ...ATTACH, barrier: `a/${'1'.repeat(1_000_000)}` },
  },
  {
    what: 'a watermark of no attach',
    body: { kind: 'watermark', attach: 4_000_000_000, position: 'a/1', announcements: 0 },
  },
  {
    what: 'a close in an unknown region',
    body: { ...CLOSE, region: LONG, bids: [mintId()] },
    code: 'region_not_served',
  },
  { what: 'a close at an unknown replica', body: { ...CLOSE, replica: 'us-9', bids: [mintId()] } },
  {
    what: 'a close at a replica of another region',
    body: { ...CLOSE, replica: 'ap-1', bids: [mintId()] },
  },
  { what: 'a close of what is no bid', body: { ...CLOSE, bids: [mintId(), LONG] } },
  {
    what: 'an applied for an unknown store',
    body: { ...APPLIED, store: LONG, coverage: ANYTHING, key: key('a') },
  },
  {
    what: 'an applied for an unknown region',
    body: { ...APPLIED, region: 'ap', coverage: ANYTHING, key: key('a') },
  },
  {
    what: 'an applied with a huge key',
    body: { ...APPLIED, coverage: ANYTHING, key: new Uint8Array(3_073) },
  },
  {
    what: 'an applied with too many positions',
    body: { ...APPLIED, coverage: { ...ANYTHING, positions: POSITIONS }, key: key('a') },
  },
  {
    what: 'a wait with a rid that is none',
    body: waitFor([], { coverage: { ...ANYTHING, rids: [LONG] } }),
  },
  {
    what: 'a wait with a journal that is none',
    body: waitFor([], {
      coverage: { ...ANYTHING, positions: [{ journal: LONG, sequence: 1 }] },
    }),
  },
  {
    what: 'a wait with five rids',
    body: waitFor([], { coverage: { ...ANYTHING, rids: Array.from({ length: 5 }, mintId) } }),
  },
  {
    what: 'a wait with 65 positions',
    body: waitFor([], { coverage: { ...ANYTHING, positions: POSITIONS } }),
  },
  { what: 'a wait with a huge key', body: waitFor([], { keys: [new Uint8Array(3_073)] }) },
  {
    what: 'a wait with 101 keys',
    body: waitFor([], { keys: Array.from({ length: 101 }, () => key('a')) }),
  },
  { what: 'a wait beyond 15 minutes', body: waitFor([], { timeoutMs: 900_001 }) },
  { what: 'a wait of 49 days', body: waitFor([], { timeoutMs: 2 ** 32 - 1 }) },
  {
    what: 'an open in a home that was never configured',
    body: {
      kind: 'open',
      bid: mintId(),
      rid: mintId(),
      store: 'posts',
      home: LONG,
      keys: [],
      position: 'a/1',
      leaseMs: 0,
      marker: '',
    },
  },
];

test.each(REFUSED)('$what is refused, and changes nothing', ({ body, code = 'bad_request' }) => {
  const { node } = setup();
  node.open();
  const before = stateOf(node);
  const answer = node.askNow(body, 7);
  expect(answer).toMatchObject({ kind: 'failure', code });
  // What was sent is not sent back whole.
  expect(JSON.stringify(answer).length).toBeLessThan(400);
  expect(stateOf(node)).toEqual(before);
});

test.each([
  { what: 'store', fields: { store: 'nothing' }, reason: 'store_unknown' },
  { what: 'region', fields: { region: 'mars' }, reason: 'region_not_served' },
])('rule 22: a wait in a $what that was never configured is unknown', ({ fields, reason }) => {
  const { node } = setup();
  const answer = node.waitNow([node.open()], fields);
  expect(answer).toMatchObject({ status: 'unknown', pending: [{ reason }] });
});

describe('bookmarks that are forged', () => {
  it('a position far ahead is unknown after a second, and blocks nobody else', () => {
    const { node } = setup();
    const { rid, position } = node.open();
    const ahead = { ...position, sequence: Number.MAX_SAFE_INTEGER };
    const forged = node.wait([{ id: 0, bid: '', rid, position: ahead }]);
    const after = node.open();
    node.advance(999);
    expect(node.answers(forged)).toEqual([]);
    node.advance(1);
    expect(node.waitAnswer(forged)).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'journal_unknown' }],
    });
    expect(node.waitNow([after]).status).toBe('timed_out');
    expect(stateOf(node).waitsBlocked).toBe(0);
  });

  it('64 journals that never existed are unknown after a second', () => {
    const { node } = setup();
    const { rid } = node.open();
    const positions = POSITIONS.slice(0, 64);
    const forged = node.ask(waitFor([], { coverage: { rids: [rid], everyRid: false, positions } }));
    node.advance(1_000);
    expect(node.waitAnswer(forged)?.status).toBe('unknown');
    expect(stateOf(node).journals).toHaveLength(1);
  });
});

describe('bids', () => {
  it('one bid for two writes: the second is refused, not acknowledged', () => {
    const { node } = setup();
    const { bid, rid } = node.open();
    for (const fields of [{}, { rid, store: 'orders' }, { rid, position: 'a/2' }]) {
      const { id } = node.openUnsynced({ bid, ...fields });
      expect(node.answers(id)).toMatchObject([{ kind: 'failure', code: 'bad_request' }]);
    }
    expect(node.answers(node.openUnsynced({ bid, rid }).id)).toMatchObject([{ kind: 'opened' }]);
    expect(node.core.branchCount).toBe(1);
  });

  it('rule 7: a bid that names two writes at two nodes is unknown, never consistent', () => {
    const { node } = setup();
    const first = node.open();
    const peer = new TestNode({ peers: ['eu'] });
    const journal = mintJournal();
    peer.watchAll('a/9');
    const copy = entry(1, { bid: first.bid, position: 'a/50' });
    const other = entry(2, { bid: first.bid });
    peer.apply('eu', { journal, from: 0, to: 2, entries: [copy, other] });
    const branch = { id: 0, ...other, position: { journal, sequence: 2 } };
    expect(peer.waitNow([branch])).toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'given_up' }],
    });
  });

  it('closes of bids that never come are remembered within a bound, and once each', () => {
    const { node } = setup();
    const bid = mintId();
    const close = { kind: 'close', region: 'us', replica: 'us-1' } as const;
    for (let count = 0; count < 1_000; count++) {
      expect(node.askNow({ ...close, bids: [bid, bid] }, 7)).toEqual({ kind: 'done' });
    }
    for (let count = 0; count < 101; count++) {
      node.ask({ ...close, bids: Array.from({ length: 1_000 }, mintId) }, 7);
    }
    // 101,000 others came later: this one is forgotten, and found again by a check (rule 13).
    node.open({ bid, position: '' });
    expect(stateOf(node).regions[0]).toMatchObject({ region: 'us', branchesOpen: 1 });
  });
});

describe('peers that forge', () => {
  const journal = mintJournal();

  function setupPeers(): TestNode {
    const node = new TestNode({ peers: ['eu', 'ap'] });
    node.watchAll();
    node.apply('eu', { journal, from: 0, to: 5 });
    return node;
  }

  const whole = { journal, from: 0, to: 9 } as const;
  const MAX = Number.MAX_SAFE_INTEGER;

  const SENSELESS: readonly {
    readonly what: string;
    readonly batch: Parameters<TestNode['apply']>[1];
  }[] = [
    { what: 'a journal that is none', batch: { ...whole, journal: 'nonsense' } },
    { what: 'a range that goes back', batch: { ...whole, from: 9, to: 5 } },
    { what: 'an end beyond its head', batch: { ...whole, to: MAX, head: 9 } },
    { what: 'an entry at 0', batch: { ...whole, entries: [entry(0)] } },
    { what: 'an entry below its range', batch: { ...whole, from: 5, entries: [entry(5)] } },
    { what: 'an entry above its range', batch: { ...whole, entries: [entry(10)] } },
    { what: 'an entry far above', batch: { ...whole, entries: [entry(MAX)] } },
    { what: 'entries out of order', batch: { ...whole, entries: [entry(8), entry(7)] } },
    { what: 'an entry twice', batch: { ...whole, entries: [entry(8), entry(8)] } },
    { what: 'an entry without a bid', batch: { ...whole, entries: [entry(8, { bid: '' })] } },
    { what: 'an entry without a rid', batch: { ...whole, entries: [entry(8, { rid: LONG })] } },
  ];

  it.each(SENSELESS)('a batch with $what is not applied', ({ batch }) => {
    const node = setupPeers();
    const before = stateOf(node);
    expect(node.apply('eu', batch)).toBe(false);
    expect(stateOf(node)).toEqual(before);
  });

  it('a batch of this node’s own journal, or of another peer’s, is not applied', () => {
    const node = setupPeers();
    const before = stateOf(node);
    expect(node.apply('ap', { journal: node.journal, from: 0, to: MAX })).toBe(false);
    expect(node.apply('ap', { journal, from: 0, to: MAX })).toBe(false);
    expect(stateOf(node)).toEqual(before);
    expect(node.apply('eu', { journal, from: 5, to: 6 })).toBe(true);
  });

  it('ten thousand journals of one peer: 64 are known, and the own and the others’ stay', () => {
    const node = setupPeers();
    for (let count = 0; count < 10_000; count++) {
      node.apply('ap', { journal: mintJournal(), from: 0, to: 1 });
    }
    const { journals } = stateOf(node);
    expect(journals).toHaveLength(64);
    expect(journals.map((one) => one.journal)).toEqual(
      expect.arrayContaining([node.journal, journal]),
    );
  });

  it('a region or a key that is named twice in an entry counts once', () => {
    const node = setupPeers();
    const twice = entry(9, { regions: ['us', 'us', 'us', 'mars'], keys: [key('a'), key('a')] });
    node.apply('eu', { ...whole, entries: [twice] });
    const branch = { id: 0, ...twice, position: { journal, sequence: 9 } };
    expect(stateOf(node).regions[0]).toMatchObject({ region: 'us', branchesOpen: 1 });
    node.watchAll('a/9');
    expect(node.waitNow([branch]).status).toBe('consistent');
    expect(stateOf(node).regions[0]).toMatchObject({ branchesOpen: 0 });
  });

  it('an abort of a branch that the peer never journalled does not close it', () => {
    const node = setupPeers();
    const branch = node.open();
    const abort: Partial<Batch> = { aborted: [branch.bid, 'nonsense'] };
    node.apply('eu', { journal, from: 5, to: 6, ...abort });
    expect(node.waitNow([branch]).status).toBe('timed_out');
  });

  it('a report about another journal, or a branch that is not in it, closes nothing', () => {
    const node = setupPeers();
    const own = node.open();
    const copy = entry(6);
    node.apply('eu', { journal, from: 5, to: 6, entries: [copy] });
    const report = { kind: 'reportClosed', region: 'us' } as const;
    const before = stateOf(node);
    const reports = [
      { ...report, journal, bids: [own.bid, copy.bid] },
      { ...report, journal: node.journal, bids: [copy.bid, mintId(), LONG] },
      { ...report, journal: node.journal, region: 'mars', bids: [own.bid] },
    ];
    for (const one of reports) expect(node.askNow(one, 9)).toEqual({ kind: 'done' });
    expect(stateOf(node)).toEqual(before);
  });

  it('regions that nobody knows, by the thousand, do not make a stream slow', () => {
    const node = new TestNode({ name: 'eu' });
    const regions = Array.from({ length: 50_000 }, (_, index) => `r${String(index)}`);
    const stream = node.ask(
      { kind: 'replicate', regions: [...regions, 'us'], journal: '', from: 0 },
      9,
    );
    const branches = Array.from({ length: 2_000 }, () => node.openUnsynced());
    node.sync();
    const sent = node.answers(stream, 9).flatMap((body) => (body as Batch).entries);
    expect(sent.map(({ bid }) => bid)).toEqual(branches.map(({ bid }) => bid));
  });

  it('a stream from beyond the journal’s end is refused, an acknowledgement beyond it ignored', () => {
    const node = new TestNode({ name: 'eu' });
    const from = { kind: 'replicate', regions: ['us'], journal: node.journal, from: MAX } as const;
    expect(node.askNow(from, 9)).toMatchObject({ kind: 'failure', code: 'journal_failed' });
    const stream = node.ask({ ...from, from: 0 }, 9);
    const acknowledge = { kind: 'replicateAck', target: stream, journal: node.journal } as const;
    node.ask({ ...acknowledge, applied: MAX }, 9);
    const { bid } = node.open();
    expect(node.answers(stream, 9).at(-1)).toMatchObject({ entries: [{ bid }] });
  });
});
