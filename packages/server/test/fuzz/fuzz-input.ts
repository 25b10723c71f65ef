/**
 * What a fuzzed node is given: frames and bookmarks that make sense, or nearly so.
 *
 * Identifiers come from small sets, so that operations meet each other's branches, waits and
 * journals; a few are nonsense. What is encoded is then damaged now and then: bits flip, frames are
 * cut, doubled, or spliced with another. An input is data, so that a case replays without its
 * generator, and shrinks by leaving inputs out.
 */
import {
  type Batch,
  type ClientBody,
  type ClientMessage,
  type Coverage,
  encodeBookmark,
  encodeClientFrame,
  encodeJournalId,
  encodeNodeFrame,
  encodeUlid,
  type JournalEntry,
} from '@rendezvous/protocol';
import type { Random } from '../simulation/random.js';

export type FuzzInput =
  | { readonly kind: 'frame'; readonly session: number; readonly bytes: Uint8Array }
  | { readonly kind: 'peerFrame'; readonly peer: string; readonly bytes: Uint8Array }
  | { readonly kind: 'bookmark'; readonly session: number; readonly text: string }
  | { readonly kind: 'endSession'; readonly session: number }
  | { readonly kind: 'sync' }
  | { readonly kind: 'pass'; readonly ms: number };

const id = (number: number): string =>
  encodeUlid(1_700_000_000_000 + number, new Uint8Array(10).fill(number));

export const OWN_JOURNAL: string = encodeJournalId(new Uint8Array(10));
export const PEERS: readonly string[] = ['eu', 'ap'];
const PEER_JOURNALS = [1, 2, 3].map((byte) => encodeJournalId(new Uint8Array(10).fill(byte)));
const JOURNALS = [OWN_JOURNAL, ...PEER_JOURNALS];
const RIDS = [1, 2, 3, 4].map(id);
const BIDS = [11, 12, 13, 14, 15, 16].map(id);
const STORES = ['posts', 'orders', 'nothing'];
const REGIONS = ['us', 'eu', 'ap', 'search', 'mars'];
const REPLICAS = ['us-1', 'us-2', '', 'ap-1', 'mars-1'];
const NONSENSE = ['', '*', '__proto__', 'constructor', '\u0000', 'é', 'x'.repeat(500), 'a/1e9'];
const SESSION_COUNT = 3;
const OPERATIONS: readonly ClientBody['kind'][] = [
  ...(['open', 'open', 'open', 'wait', 'wait', 'wait', 'wait', 'attach', 'watermark'] as const),
  ...(['close', 'abort', 'applied', 'cancel', 'replicate', 'replicateAck'] as const),
  ...(['reportClosed', 'confirm', 'noTrace', 'inquire', 'status', 'ping', 'hello'] as const),
];

/** One case: a monitored node, mostly, and then up to two dozen inputs. */
export function createCase(random: Random): FuzzInput[] {
  const inputs = random.chance(0.8) ? watchEverything() : [];
  const count = 1 + random.int(24);
  for (let index = 0; index < count; index++) inputs.push(createInput(random));
  return inputs;
}

/** Monitors on session 0 that have passed their barriers; no case damages these frames. */
function watchEverything(): FuzzInput[] {
  const attaches = [
    ['posts', 'us-1'],
    ['posts', 'us-2'],
    ['orders', 'us-1'],
  ].flatMap(([store = '', replica = ''], index): ClientMessage[] => {
    const attach = { kind: 'attach', store, region: 'us', replica, barrier: 'a/0' } as const;
    const watermark = {
      kind: 'watermark',
      attach: index + 1,
      position: 'a/0',
      announcements: 0,
    } as const;
    return [
      { id: index + 1, body: attach },
      { id: index + 11, body: watermark },
    ];
  });
  return [{ kind: 'frame', session: 0, bytes: encodeClientFrame(attaches) }];
}

function createInput(random: Random): FuzzInput {
  const session = 1 + random.int(SESSION_COUNT);
  const dice = random.int(100);
  if (dice < 50) return { kind: 'frame', session, bytes: damage(random, createFrame(random)) };
  if (dice < 67) {
    const bytes = encodeNodeFrame([{ id: 1, body: createBatch(random) }]);
    return { kind: 'peerFrame', peer: random.pick(PEERS), bytes: damage(random, bytes) };
  }
  if (dice < 73) return { kind: 'bookmark', session, text: createBookmarkText(random) };
  if (dice < 75) return { kind: 'endSession', session };
  if (dice < 95) return { kind: 'sync' };
  return { kind: 'pass', ms: random.pick([1, 100, 1_000, 6_000, 61_000]) };
}

function createFrame(random: Random): Uint8Array {
  const messages = Array.from({ length: 1 + random.int(4) }, () => ({
    id: random.chance(0.02) ? 0 : 1 + random.int(12),
    body: createBody(random, random.pick(OPERATIONS)),
  }));
  return encodeClientFrame(messages);
}

function createBody(random: Random, kind: ClientBody['kind']): ClientBody {
  const store = textOf(random, STORES);
  const region = textOf(random, REGIONS);
  const replica = textOf(random, REPLICAS);
  const position = positionOf(random);
  switch (kind) {
    case 'open': {
      const [bid, rid] = [textOf(random, BIDS), textOf(random, RIDS)];
      const leaseMs = random.pick([0, 0, 1_000]);
      const marker = random.pick(['', '', textOf(random, BIDS)]);
      return { kind, bid, rid, store, home: '', keys: keysOf(random), position, leaseMs, marker };
    }
    case 'wait': {
      const timeoutMs = random.pick([0, 0, 0, 50, 5_000, 900_001, 2 ** 32 - 1]);
      const named = random.chance(0.5) ? '' : store;
      const coverage = coverageOf(random);
      const withPosition = random.chance(0.5);
      return {
        kind,
        coverage,
        region,
        store: named,
        keys: keysOf(random),
        timeoutMs,
        withPosition,
      };
    }
    case 'attach':
      return { kind, store, region, replica, barrier: position };
    case 'watermark':
      return { kind, attach: random.int(12), position, announcements: random.int(4) };
    case 'close':
      return { kind, region, replica, bids: bidsOf(random) };
    case 'abort':
      return { kind, bid: textOf(random, BIDS) };
    case 'applied': {
      const [key = new Uint8Array(0)] = keysOf(random);
      const coverage = coverageOf(random);
      return { kind, coverage, store, region, key, ordered: random.chance(0.2) };
    }
    case 'cancel':
      return { kind, target: random.int(12) };
    case 'replicate':
      return { kind, regions: [region, 'us'], journal: journalOf(random), from: numberOf(random) };
    case 'replicateAck': {
      const applied = numberOf(random);
      return { kind, target: random.int(12), journal: journalOf(random), applied };
    }
    case 'reportClosed':
      return { kind, journal: journalOf(random), region, bids: bidsOf(random) };
    case 'hello': {
      const [namespace, token, agent] = [textOf(random, ['default']), '', ''];
      return {
        kind,
        protocolMin: 1,
        protocolMax: 1,
        namespace,
        token,
        role: 'admin',
        region,
        agent,
      };
    }
    case 'confirm':
      return { kind, bid: textOf(random, BIDS) };
    case 'noTrace':
      return { kind, region, replica, bids: bidsOf(random) };
    case 'inquire':
      return { kind, journal: journalOf(random), bids: bidsOf(random) };
    case 'status':
    case 'ping':
      return { kind };
  }
}

function createBatch(random: Random): Batch {
  const from = random.pick([0, 0, 0, 1, 2, numberOf(random)]);
  const to = Math.min(Number.MAX_SAFE_INTEGER, from + random.int(5));
  const entries: JournalEntry[] = [];
  for (let sequence = from + 1; sequence <= to; sequence++) {
    if (random.chance(0.7)) entries.push(entryOf(random, sequence));
  }
  return {
    kind: 'batch',
    journal: textOf(random, PEER_JOURNALS),
    from,
    to,
    head: random.chance(0.05) ? numberOf(random) : to,
    entries,
    horizon: random.chance(0.05) ? textOf(random, RIDS) : '',
    aborted: random.chance(0.1) ? bidsOf(random) : [],
    confirmed: random.chance(0.1) ? bidsOf(random) : [],
    predecessors: [],
  };
}

function entryOf(random: Random, sequence: number): JournalEntry {
  return {
    sequence: random.chance(0.03) ? numberOf(random) : sequence,
    bid: textOf(random, BIDS),
    rid: textOf(random, RIDS),
    store: textOf(random, STORES),
    regions: [textOf(random, REGIONS), textOf(random, REGIONS)],
    keys: keysOf(random),
    position: positionOf(random),
    aborted: random.chance(0.05),
    leaseMs: random.pick([0, 0, 1_000]),
    marker: '',
  };
}

function createBookmarkText(random: Random): string {
  const { rids, everyRid, positions } = coverageOf(random);
  const text = encodeBookmark({
    namespace: random.chance(0.95) ? 'default' : 'other',
    rids: everyRid ? ['*'] : rids,
    positions: new Map(positions.map(({ journal, sequence }) => [journal, sequence])),
    incomplete: random.pick([[], [], [], [], ['posts'], random.chance(0.1) ? ['*'] : ['posts']]),
  });
  if (random.chance(0.4)) return text;
  const at = random.int(text.length);
  return random.pick([
    text.slice(0, at),
    text.slice(0, at) + String.fromCharCode(random.int(300)) + text.slice(at + 1),
    text.slice(0, at) + text,
    `2${text.slice(1)}`,
    text.replaceAll('~', '!'),
    `${text}!${'x'.repeat(10_000)}`,
    random.pick(NONSENSE),
  ]);
}

/** Mostly as it is; else somewhat broken. */
function damage(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.chance(0.7)) return bytes;
  const at = random.int(bytes.length + 1);
  switch (random.int(6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return concat(bytes, bytes);
    case 2:
      return concat(bytes.subarray(0, at), createFrame(random));
    case 3:
      return concat(bytes.subarray(0, at), random.bytes(1 + random.int(20)), bytes.subarray(at));
    case 4:
      return random.bytes(1 + random.int(60));
    default:
      return flipBits(random, bytes);
  }
}

function flipBits(random: Random, bytes: Uint8Array): Uint8Array {
  const flipped = bytes.slice();
  for (let count = 1 + random.int(4); count > 0 && flipped.length > 0; count--) {
    const at = random.int(flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.int(8));
  }
  return flipped;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function coverageOf(random: Random): Coverage {
  const rids = Array.from({ length: random.int(5) }, () => oneOf(random, RIDS));
  const positions = Array.from({ length: 1 + random.int(2) }, () => ({
    journal: oneOf(random, JOURNALS),
    sequence: numberOf(random),
  }));
  return { rids, everyRid: random.chance(0.15), positions };
}

function textOf(random: Random, known: readonly string[]): string {
  return random.chance(0.04) ? random.pick(NONSENSE) : oneOf(random, known);
}

/** One of these, the first ones much more often: so that operations are about the same things. */
function oneOf(random: Random, known: readonly string[]): string {
  const index = Math.min(...[1, 2, 3].map(() => random.int(known.length)));
  return known[index] ?? '';
}

function journalOf(random: Random): string {
  return textOf(random, JOURNALS);
}

function bidsOf(random: Random): string[] {
  return Array.from({ length: random.int(4) }, () => textOf(random, BIDS));
}

function keysOf(random: Random): Uint8Array[] {
  return Array.from({ length: Math.max(0, random.int(5) - 2) }, () =>
    Uint8Array.of(97 + random.int(3)),
  );
}

function positionOf(random: Random): string {
  return textOf(random, ['a/3', 'a/2', 'a/1', '', 'a/9', 'b/4;a@2']);
}

function numberOf(random: Random): number {
  return random.chance(0.95) ? random.int(7) : random.pick([2 ** 32, Number.MAX_SAFE_INTEGER]);
}
