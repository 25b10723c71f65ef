/**
 * A metadata node: the real core, with a disk that syncs slowly or fails, sessions that break, a
 * clock of its own, and crashes.
 *
 * What the host does in production is here in virtual time: it gives the core messages and time, and
 * carries out its effects. A model of the node is told the same, and compared after every input.
 */
import type {
  Batch,
  ClientMessage,
  Inquire,
  Inquired,
  JournalPosition,
  ReportClosed,
} from '@rendezvous/protocol';
import type { Effect } from '../../src/core/effect.js';
import { NodeCore } from '../../src/core/node-core.js';
import type { StoreDefinition } from '../../src/core/store-layout.js';
import type { Environment } from './environment.js';
import { NodeModel } from './model/node-model.js';
import type { Connection, NodeEnd } from './network.js';
import { type CoreOutput, give, type NodeInput } from './node-input.js';
import type { PeerLink } from './peer-link.js';
import { type Append, SimulatedDisk } from './simulated-disk.js';
import { TIMER_SLACK_MS, type Truth } from './truth.js';

export interface SimulatedNodeOptions {
  readonly env: Environment;
  readonly truth: Truth;
  readonly name: string;
  readonly region: string;
  /** The regions that it answers for. */
  readonly served: readonly string[];
  readonly stores: readonly StoreDefinition[];
  readonly peers: readonly string[];
  /** Added to virtual time: no node may compare its clock with another's. */
  readonly clockOffsetMs: number;
  /** How fast the node's clock runs: 1 is right. */
  readonly clockRate: number;
}

export class SimulatedNode implements NodeEnd {
  readonly name: string;
  readonly region: string;
  readonly served: readonly string[];
  readonly #env: Environment;
  readonly #options: SimulatedNodeOptions;
  readonly #links = new Map<string, PeerLink>();
  readonly #sessions = new Map<Connection, number>();
  readonly #connections = new Map<number, Connection>();
  #disk: SimulatedDisk;
  #core: NodeCore | undefined;
  #model: NodeModel | undefined;
  #nextSession = 1;
  #unsynced: Append[] = [];
  #isSyncing = false;
  #slowUntilMs = 0;
  /** How long the node is down after the next sync, which fails; undefined while the disk works. */
  #failsForMs: number | undefined;
  #tickAtMs = Infinity;

  constructor(options: SimulatedNodeOptions) {
    this.name = options.name;
    this.region = options.region;
    this.served = options.served;
    this.#env = options.env;
    this.#options = options;
    this.#disk = new SimulatedDisk(this.#env.mintJournal());
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
    return this.#disk.ids.some((one) => one.journal === journal && sequence <= one.sequence);
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
    const { name, stores, peers } = this.#options;
    const journal = this.#disk.recover(this.#env.mintJournal());
    const regions = this.served;
    const options = { nodeId: name, namespace: 'default', regions, stores, peers, journal };
    this.#core = new NodeCore(options, this.#nowMs);
    this.#model = new NodeModel(
      { ...options, count: (what) => this.#env.count(what) },
      this.#nowMs,
    );
    this.#model.compare(this.#core, this.#nowMs);
    this.#env.say(
      () => `${name} starts with journal ${journal.id.slice(0, 4)} up to ${String(journal.head)}`,
    );
    this.#planTick();
    for (const link of this.#links.values()) link.start();
  }

  /** Memory is gone; of what was being synced, some may have reached the disk. */
  crash(): void {
    if (!this.#core) return;
    const syncedCount = this.#env.random.int(this.#unsynced.length + 1);
    for (const { records } of this.#unsynced.slice(0, syncedCount)) this.#disk.write(records);
    if (syncedCount < this.#unsynced.length) this.#env.count('crashes that lost appends');
    this.#model?.restart();
    this.#core = undefined;
    this.#unsynced = [];
    this.#isSyncing = false;
    this.#failsForMs = undefined;
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
    this.#disk = new SimulatedDisk(this.#env.mintJournal());
  }

  syncSlowly(durationMs: number): void {
    this.#slowUntilMs = this.#env.nowMs + durationMs;
  }

  /** The next sync fails, and ends the node; it comes back after `downMs`. */
  failDisk(downMs: number): void {
    if (this.#core) this.#failsForMs = downMs;
  }

  /** The disk works again, and fast. */
  repairDisk(): void {
    this.#slowUntilMs = 0;
    this.#failsForMs = undefined;
  }

  accept(connection: Connection): void {
    const session = this.#nextSession++;
    this.#sessions.set(connection, session);
    this.#connections.set(session, connection);
  }

  receive(connection: Connection, message: ClientMessage): void {
    const session = this.#sessions.get(connection);
    if (session === undefined || !this.#core) return;
    this.#options.truth.received(connection, message, this.#options.clockRate);
    this.#give({ kind: 'message', session, message });
  }

  lost(connection: Connection): void {
    const session = this.#sessions.get(connection);
    if (session === undefined || !this.#core) return;
    this.#sessions.delete(connection);
    this.#connections.delete(session);
    this.#options.truth.ended(connection);
    this.#give({ kind: 'sessionEnded', session });
  }

  peerConnected(peer: string): void {
    this.#give({ kind: 'peerConnected', peer });
  }

  peerDisconnected(peer: string): void {
    this.#give({ kind: 'peerDisconnected', peer });
  }

  receiveBatch(peer: string, batch: Batch): boolean {
    return this.#give({ kind: 'batch', peer, batch });
  }

  reportAcknowledged(peer: string, report: ReportClosed): void {
    this.#give({ kind: 'reportAcknowledged', peer, report });
  }

  receiveInquired(peer: string, inquiry: Inquire, answer: Inquired): void {
    this.#give({ kind: 'inquired', peer, inquiry, answer });
  }

  /** The node's own monotonic clock. */
  get #nowMs(): number {
    return this.#env.nowMs * this.#options.clockRate + this.#options.clockOffsetMs;
  }

  /** Returns whether the input made sense to the core. */
  #give(input: NodeInput): boolean {
    const core = this.#core;
    if (!core) return false;
    const nowMs = this.#nowMs;
    const output = give(core, input, nowMs);
    this.#model?.take(input, output, nowMs);
    if (!isIdle(input, output)) this.#model?.compare(core, nowMs);
    for (const effect of output.effects) this.#performOne(effect);
    this.#planTick();
    return output.isSane;
  }

  #performOne(effect: Effect): void {
    switch (effect.kind) {
      case 'reply': {
        const connection = this.#connections.get(effect.session);
        if (!connection) return;
        this.#options.truth.answered(connection, effect.message, this.#disk);
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
      if (this.#failsForMs !== undefined) {
        this.#failSync(this.#failsForMs);
        return;
      }
      this.#isSyncing = false;
      const synced = this.#unsynced.splice(0, count);
      for (const { records } of synced) this.#disk.write(records);
      for (const { ticket } of synced) this.#give({ kind: 'synced', ticket });
      this.#sync();
    });
  }

  /** Rule 20: nobody knows what is on the disk, so the node falls silent and ends. */
  #failSync(downMs: number): void {
    this.#env.count('failed syncs');
    this.#env.say(() => `the disk of ${this.name} fails`);
    this.crash();
    this.#env.after(downMs, () => this.start());
  }

  #planTick(): void {
    const core = this.#core;
    if (!core || core.nextTickAtMs >= this.#tickAtMs) return;
    const atMs = core.nextTickAtMs;
    this.#tickAtMs = atMs;
    const lateMs = this.#env.random.between(0, TIMER_SLACK_MS);
    this.#env.after((atMs - this.#nowMs) / this.#options.clockRate + lateMs, () => {
      if (core !== this.#core || this.#tickAtMs !== atMs) return;
      this.#tickAtMs = Infinity;
      this.#give({ kind: 'tick' });
    });
  }
}

/** Most of what a node hears is that a replica has not moved: nothing to compare. */
function isIdle(input: NodeInput, { effects }: CoreOutput): boolean {
  return (
    input.kind === 'message' && input.message.body.kind === 'watermark' && effects.length === 1
  );
}
