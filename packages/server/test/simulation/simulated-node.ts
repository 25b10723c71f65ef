/**
 * A metadata node: the real core, with a disk that syncs slowly, sessions that break, and crashes.
 *
 * What the host does in production is here in virtual time: it gives the core messages and time,
 * and carries out its effects. A crash loses memory and what was not synced; the disk keeps the
 * rest, or is lost whole, and then the journal gets a new id (rule 3).
 */
import type {
  Batch,
  ClientMessage,
  Inquire,
  Inquired,
  JournalEntry,
  JournalPosition,
  ReportClosed,
} from '@rendezvous/protocol';
import type { RecoveredJournal } from '../../src/core/core-state.js';
import type { Effect, JournalRecord } from '../../src/core/effect.js';
import { NodeCore } from '../../src/core/node-core.js';
import type { StoreDefinition } from '../../src/core/store-layout.js';
import { type Environment, SimulationFailure } from './environment.js';
import type { Connection, NodeEnd } from './network.js';
import type { PeerLink } from './peer-link.js';
import { TIMER_SLACK_MS, type Truth } from './truth.js';

interface Disk {
  id: string;
  predecessors: readonly JournalPosition[];
  head: number;
  horizon: string;
  readonly entries: Map<number, JournalEntry>;
  /** Every sequence that was ever durable → its bid. */
  readonly bids: Map<number, string>;
}

type Append = Extract<Effect, { kind: 'append' }>;

export interface SimulatedNodeOptions {
  readonly env: Environment;
  readonly truth: Truth;
  readonly region: string;
  readonly stores: readonly StoreDefinition[];
  readonly peers: readonly string[];
  /** Added to virtual time: no node may compare its clock with another's. */
  readonly clockOffsetMs: number;
}

export class SimulatedNode implements NodeEnd {
  readonly region: string;
  readonly #env: Environment;
  readonly #options: SimulatedNodeOptions;
  readonly #links = new Map<string, PeerLink>();
  readonly #sessions = new Map<Connection, number>();
  readonly #connections = new Map<number, Connection>();
  #disk: Disk;
  #core: NodeCore | undefined;
  #nextSession = 1;
  #unsynced: Append[] = [];
  #isSyncing = false;
  #slowUntilMs = 0;
  #tickAtMs = Infinity;

  constructor(options: SimulatedNodeOptions) {
    this.region = options.region;
    this.#env = options.env;
    this.#options = options;
    this.#disk = emptyDisk(this.#env.mintJournal());
  }

  get isUp(): boolean {
    return this.#core !== undefined;
  }

  /** Something is appended that a crash may lose. */
  get isSyncing(): boolean {
    return this.#isSyncing;
  }

  /** Whether the journal has this place, by an id of now or of before. */
  has({ journal, sequence }: JournalPosition): boolean {
    const { id, head, predecessors } = this.#disk;
    return [{ journal: id, sequence: head }, ...predecessors].some(
      (one) => one.journal === journal && sequence <= one.sequence,
    );
  }

  /** Branches that the node remembers. */
  get branchCount(): number {
    return this.#core?.branchCount ?? 0;
  }

  get horizon(): string {
    return this.#core?.status(this.#nowMs).horizon ?? '';
  }

  addLink(peer: string, link: PeerLink): void {
    this.#links.set(peer, link);
  }

  start(): void {
    if (this.#core) return;
    const { region, stores, peers } = this.#options;
    renew(this.#disk, this.#env.mintJournal());
    const journal = recover(this.#disk);
    const options = {
      nodeId: region,
      namespace: 'default',
      regions: [region],
      stores,
      peers,
      journal,
    };
    this.#core = new NodeCore(options, this.#nowMs);
    if (this.horizon < journal.horizon) {
      throw new SimulationFailure('DURABILITY', `${region} forgets its horizon ${journal.horizon}`);
    }
    this.#env.say(
      () => `${region} starts with journal ${journal.id.slice(0, 4)} up to ${String(journal.head)}`,
    );
    this.#planTick();
    for (const link of this.#links.values()) link.start();
  }

  /** Some of what was being synced may have reached the disk; nobody was told. */
  crash(): void {
    if (!this.#core) return;
    const syncedCount = this.#env.random.int(this.#unsynced.length + 1);
    for (const { records } of this.#unsynced.slice(0, syncedCount)) this.#write(records);
    this.#core = undefined;
    this.#unsynced = [];
    this.#isSyncing = false;
    this.#tickAtMs = Infinity;
    for (const link of this.#links.values()) link.stop();
    for (const connection of [...this.#sessions.keys()]) {
      this.#options.truth.ended(connection);
      connection.break('node');
    }
    this.#sessions.clear();
    this.#connections.clear();
  }

  loseJournal(): void {
    this.#disk = emptyDisk(this.#env.mintJournal());
  }

  syncSlowly(durationMs: number): void {
    this.#slowUntilMs = this.#env.nowMs + durationMs;
  }

  syncFast(): void {
    this.#slowUntilMs = 0;
  }

  accept(connection: Connection): void {
    const session = this.#nextSession++;
    this.#sessions.set(connection, session);
    this.#connections.set(session, connection);
  }

  receive(connection: Connection, message: ClientMessage): void {
    const session = this.#sessions.get(connection);
    if (session === undefined || !this.#core) return;
    this.#options.truth.received(connection, message);
    this.#perform(this.#core.receive(session, message, this.#nowMs));
  }

  lost(connection: Connection): void {
    const session = this.#sessions.get(connection);
    if (session === undefined || !this.#core) return;
    this.#sessions.delete(connection);
    this.#connections.delete(session);
    this.#options.truth.ended(connection);
    this.#perform(this.#core.endSession(session, this.#nowMs));
  }

  peerConnected(peer: string): void {
    this.#perform(this.#core?.peerConnected(peer));
  }

  peerDisconnected(peer: string): void {
    this.#perform(this.#core?.peerDisconnected(peer));
  }

  receiveBatch(peer: string, batch: Batch): boolean {
    const result = this.#core?.receiveBatch(peer, batch, this.#nowMs);
    this.#perform(result?.effects);
    return result?.isSane ?? false;
  }

  reportAcknowledged(peer: string, report: ReportClosed): void {
    this.#perform(this.#core?.reportAcknowledged(peer, report));
  }

  receiveInquired(peer: string, inquiry: Inquire, answer: Inquired): void {
    this.#perform(this.#core?.receiveInquired(peer, inquiry, answer, this.#nowMs));
  }

  get #nowMs(): number {
    return this.#env.nowMs + this.#options.clockOffsetMs;
  }

  #perform(effects: readonly Effect[] = []): void {
    for (const effect of effects) this.#performOne(effect);
    this.#planTick();
  }

  #performOne(effect: Effect): void {
    switch (effect.kind) {
      case 'reply': {
        const connection = this.#connections.get(effect.session);
        if (!connection) return;
        const disk = this.#disk;
        this.#options.truth.answered(connection, effect.message, disk);
        connection.sendToClient(effect.message);
        return;
      }
      case 'append':
        this.#unsynced.push(effect);
        this.#sync();
        return;
      case 'replicate':
        this.#links.get(effect.peer)?.replicate(effect.journal, effect.from);
        return;
      case 'acknowledge':
        this.#links.get(effect.peer)?.acknowledge(effect.journal, effect.applied);
        return;
      case 'report':
        this.#links.get(effect.peer)?.report(effect.report);
        return;
      case 'inquire':
        this.#links.get(effect.peer)?.inquire(effect.inquiry);
        return;
    }
  }

  /** One sync at a time; what comes meanwhile shares the next. */
  #sync(): void {
    if (this.#isSyncing || this.#unsynced.length === 0) return;
    this.#isSyncing = true;
    const core = this.#core;
    const count = this.#unsynced.length;
    const isSlow = this.#slowUntilMs > this.#env.nowMs;
    this.#env.soon(this.#env.settings.syncMs * (isSlow ? 50 : 1), () => {
      if (core !== this.#core) return;
      this.#isSyncing = false;
      const synced = this.#unsynced.splice(0, count);
      for (const { records } of synced) this.#write(records);
      for (const { ticket } of synced) this.#perform(core?.journalSynced(ticket, this.#nowMs));
      this.#sync();
    });
  }

  #write(records: readonly JournalRecord[]): void {
    const disk = this.#disk;
    for (const record of records) {
      if (record.kind === 'open') {
        const { sequence, bid } = record.entry;
        disk.entries.set(sequence, record.entry);
        disk.bids.set(sequence, bid);
        disk.head = Math.max(disk.head, sequence);
      } else if (record.kind === 'collect') {
        disk.entries.delete(record.sequence);
      } else {
        disk.horizon = record.rid;
      }
    }
  }

  #planTick(): void {
    const core = this.#core;
    if (!core || core.nextTickAtMs >= this.#tickAtMs) return;
    const atMs = core.nextTickAtMs;
    this.#tickAtMs = atMs;
    const lateMs = this.#env.random.between(0, TIMER_SLACK_MS);
    this.#env.after(atMs - this.#nowMs + lateMs, () => {
      if (core !== this.#core || this.#tickAtMs !== atMs) return;
      this.#tickAtMs = Infinity;
      this.#perform(core.tick(this.#nowMs));
    });
  }
}

function emptyDisk(id: string): Disk {
  return { id, predecessors: [], head: 0, horizon: '', entries: new Map(), bids: new Map() };
}

/** A journal gets a new id whenever its node starts, and says which it had before. */
function renew(disk: Disk, id: string): void {
  if (disk.head === 0) return;
  disk.predecessors = [{ journal: disk.id, sequence: disk.head }, ...disk.predecessors];
  disk.id = id;
}

function recover({ id, predecessors, head, horizon, entries }: Disk): RecoveredJournal {
  const live = [...entries.values()].sort((a, b) => a.sequence - b.sequence);
  return { id, predecessors, head, horizon, entries: live };
}
