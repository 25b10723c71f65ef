/**
 * A node core under explicit control: virtual time, a journal that syncs when told to, messages that
 * are delivered when told to. Nothing here decides anything.
 */
import {
  type Batch,
  type ClientBody,
  encodeJournalId,
  encodeUlid,
  type JournalEntry,
  type NodeBody,
  type Opened,
  type PositionOrder,
  type ReportClosed,
  type Wait,
  type WaitAnswer,
} from '@rendezvous/protocol';
import type { CoreLimits, RecoveredJournal } from '../src/core/core-state.js';
import type { Effect, JournalRecord } from '../src/core/effect.js';
import { NodeCore } from '../src/core/node-core.js';
import type { StoreDefinition } from '../src/core/store-layout.js';

/** Positions `lineage/number`; a watermark may add `;lineage@number` for each fork it came through. */
export const testOrder: PositionOrder = {
  parse: (text) => {
    const match = /^([a-z]+)\/(\d+)((?:;[a-z]+@\d+)*)$/.exec(text);
    if (!match) return undefined;
    const forks = (match[3] ?? '')
      .split(';')
      .filter((fork) => fork !== '')
      .map((fork) => fork.split('@'));
    return {
      lineage: match[1],
      at: Number(match[2]),
      forks: new Map(forks.map(([lineage, at]) => [lineage, Number(at)])),
    };
  },
  relation: (position, watermark) => {
    const [a, b] = [position as TestPosition, watermark as TestPosition];
    if (a.lineage !== b.lineage) {
      const forkedAt = b.forks.get(a.lineage);
      if (forkedAt === undefined) return 'pending';
      if (a.at > forkedAt) return 'cut_off';
    }
    return a.at <= b.at ? 'reached' : 'pending';
  },
  coordinate: (position) => {
    const { lineage, at } = position as TestPosition;
    return { line: lineage, value: at };
  },
};

interface TestPosition {
  readonly lineage: string;
  readonly at: number;
  readonly forks: ReadonlyMap<string, number>;
}

/** `posts` lives in eu; us has two replicas, ap one. */
export const POSTS: StoreDefinition = {
  name: 'posts',
  home: 'eu',
  regions: [
    { name: 'eu', replicas: ['eu-1'] },
    { name: 'us', replicas: ['us-1', 'us-2'] },
    { name: 'ap', replicas: ['ap-1'] },
  ],
  order: testOrder,
  branchTtlMs: 60_000,
};

/** A store with markers, whose monitors are told of each branch. */
export const PHOTOS: StoreDefinition = {
  name: 'photos',
  home: 'eu',
  regions: [
    { name: 'eu', replicas: ['eu-1'] },
    { name: 'us', replicas: ['us-1', 'us-2'] },
  ],
  hasMarkers: true,
  branchTtlMs: 60_000,
};

/** `orders` lives in eu; us has one replica. */
export const ORDERS: StoreDefinition = {
  name: 'orders',
  home: 'eu',
  regions: [
    { name: 'eu', replicas: ['eu-1'] },
    { name: 'us', replicas: ['us-1'] },
    { name: 'search', replicas: [] },
  ],
  order: testOrder,
  branchTtlMs: 60_000,
};

export interface TestNodeOptions {
  readonly name?: string;
  readonly regions?: readonly string[];
  readonly stores?: readonly StoreDefinition[];
  readonly peers?: readonly string[];
  readonly journal?: RecoveredJournal;
  readonly limits?: Partial<CoreLimits>;
  readonly nowMs?: number;
}

let minted = 0;

/** Ascending ids: a later one sorts behind. */
export function mintId(): string {
  return encodeUlid(1_700_000_000_000 + minted++, new Uint8Array(10));
}

export function mintJournal(): string {
  const bytes = new Uint8Array(10);
  new DataView(bytes.buffer).setUint32(4, ++minted);
  return encodeJournalId(bytes);
}

export class TestNode {
  nowMs: number;
  readonly core: NodeCore;
  readonly journal: string;
  /** Records that are durable. */
  readonly disk: JournalRecord[] = [];
  readonly #answers = new Map<string, NodeBody[]>();
  #appends: Extract<Effect, { kind: 'append' }>[] = [];
  /** Requests to peers, in order. */
  readonly toPeers: Exclude<Effect, { kind: 'reply' | 'append' }>[] = [];
  #nextId = 1;

  constructor(options: TestNodeOptions = {}) {
    const { name = 'us', regions = [name], stores = [POSTS, ORDERS], peers = [] } = options;
    const journal = options.journal ?? emptyJournal();
    this.nowMs = options.nowMs ?? 1_000;
    this.journal = journal.id;
    this.core = new NodeCore(
      {
        nodeId: name,
        namespace: 'default',
        regions,
        stores,
        peers,
        journal,
        ...(options.limits ? { limits: options.limits } : {}),
      },
      this.nowMs,
    );
  }

  /** Sends an operation; its answers are had by `answers(id)`. */
  ask(body: ClientBody, session = 1, id: number = this.#nextId++): number {
    this.take(this.core.receive(session, { id, body }, this.nowMs));
    return id;
  }

  answers(id: number, session = 1): readonly NodeBody[] {
    return this.#answers.get(`${String(session)}:${String(id)}`) ?? [];
  }

  /** Sends an operation and takes its first answer, which must be there at once. */
  askNow(body: ClientBody, session = 1): NodeBody {
    const [answer] = this.answers(this.ask(body, session), session);
    if (!answer) throw new Error(`${body.kind} was not answered`);
    return answer;
  }

  take(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'append') this.#appends.push(effect);
      else if (effect.kind === 'reply') this.#keepAnswer(effect.session, effect.message);
      else this.toPeers.push(effect);
    }
  }

  /** Makes durable what was appended. */
  sync(): void {
    const appends = this.#appends;
    this.#appends = [];
    for (const { ticket, records } of appends) {
      this.disk.push(...records);
      this.take(this.core.journalSynced(ticket, this.nowMs));
    }
  }

  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.core.nextTickAtMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.core.nextTickAtMs);
      this.take(this.core.tick(this.nowMs));
    }
    this.nowMs = untilMs;
  }

  /** Opens a branch, durably. */
  open(fields: Partial<Extract<ClientBody, { kind: 'open' }>> = {}): TestBranch {
    const open = this.openUnsynced(fields);
    this.sync();
    const opened = this.answers(open.id)[0] as Opened;
    return { ...open, position: { journal: opened.journal, sequence: opened.sequence } };
  }

  openUnsynced(fields: Partial<Extract<ClientBody, { kind: 'open' }>> = {}): {
    readonly id: number;
    readonly bid: string;
    readonly rid: string;
  } {
    const body = {
      kind: 'open',
      bid: mintId(),
      rid: mintId(),
      store: 'posts',
      home: '',
      keys: [],
      position: 'a/1',
      leaseMs: 0,
      marker: '',
      ...fields,
    } as const;
    return { id: this.ask(body), bid: body.bid, rid: body.rid };
  }

  /** Starts a wait for these branches; `answers(id)` has the answer once it ends. */
  wait(branches: readonly TestBranch[], fields: Partial<Wait> = {}): number {
    return this.ask(waitFor(branches, fields));
  }

  waitNow(branches: readonly TestBranch[], fields: Partial<Wait> = {}): WaitAnswer {
    return this.askNow(waitFor(branches, { timeoutMs: 0, ...fields })) as WaitAnswer;
  }

  waitAnswer(id: number): WaitAnswer | undefined {
    return this.answers(id)[0] as WaitAnswer | undefined;
  }

  /** A monitor takes a replica up; returns the attach's id. */
  attach(
    replica: string,
    barrier = 'a/0',
    fields: { store?: string; session?: number } = {},
  ): number {
    const { store = 'posts', session = 100 } = fields;
    const region = replica.replace(/-\d+$/, '');
    return this.ask({ kind: 'attach', store, region, replica, barrier }, session);
  }

  watermark(attach: number, position: string, session = 100): NodeBody {
    const announcements = this.announcements(attach, session);
    return this.askNow({ kind: 'watermark', attach, position, announcements }, session);
  }

  /** How many announcements the monitor of this attach has received. */
  announcements(attach: number, session = 100): number {
    return this.answers(attach, session).filter(({ kind }) => kind === 'branchesOpened').length;
  }

  /** Watches every replica of the served regions, all at `position`. Returns the attaches' ids. */
  watchAll(position = 'a/0'): number[] {
    return this.core
      .status(this.nowMs)
      .replicas.map(({ replica, store }) => this.attach(replica, 'a/0', { store }))
      .map((attach) => {
        this.watermark(attach, position);
        return attach;
      });
  }

  /** Applies a batch of a peer's journal. */
  apply(peer: string, batch: Partial<Batch> & Pick<Batch, 'journal' | 'from' | 'to'>): boolean {
    const full: Batch = {
      kind: 'batch',
      head: batch.to,
      entries: [],
      horizon: '',
      aborted: [],
      confirmed: [],
      predecessors: [],
      ...batch,
    };
    const { isSane, effects } = this.core.receiveBatch(peer, full, this.nowMs);
    this.take(effects);
    return isSane;
  }

  /** Reports that wait to be sent to the peer, taken. */
  takeReports(): ReportClosed[] {
    const reports = this.toPeers.flatMap((one) => (one.kind === 'report' ? [one.report] : []));
    this.toPeers.length = 0;
    return reports;
  }

  #keepAnswer(session: number, message: { readonly id: number; readonly body: NodeBody }): void {
    const key = `${String(session)}:${String(message.id)}`;
    this.#answers.set(key, [...(this.#answers.get(key) ?? []), message.body]);
  }
}

export interface TestBranch {
  readonly id: number;
  readonly bid: string;
  readonly rid: string;
  readonly position: { readonly journal: string; readonly sequence: number };
}

export function waitFor(branches: readonly TestBranch[], fields: Partial<Wait> = {}): Wait {
  return {
    kind: 'wait',
    coverage: {
      rids: branches.map((branch) => branch.rid),
      everyRid: false,
      positions: branches.map((branch) => branch.position),
    },
    region: 'us',
    store: 'posts',
    keys: [],
    timeoutMs: 5_000,
    withPosition: false,
    ...fields,
  };
}

function emptyJournal(): RecoveredJournal {
  return { id: mintJournal(), predecessors: [], head: 0, entries: [], horizon: '' };
}

/** A node for us, with every replica watched and at position 0. */
export function setup(): { node: TestNode; us1: number; us2: number; orders: number } {
  const node = new TestNode();
  const [us1 = 0, us2 = 0, orders = 0] = node.watchAll();
  return { node, us1, us2, orders };
}

/** An entry as the node eu would send it. */
export function entry(sequence: number, fields: Partial<JournalEntry> = {}): JournalEntry {
  return {
    sequence,
    bid: mintId(),
    rid: mintId(),
    store: 'posts',
    regions: ['us', 'ap'],
    keys: [],
    position: 'a/1',
    aborted: false,
    leaseMs: 0,
    marker: '',
    ...fields,
  };
}

/** A key's bytes. */
export function key(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
