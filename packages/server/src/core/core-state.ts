/** Everything that a node core remembers, and the effects of the input at hand. */
import type { Applied, JournalEntry, JournalPosition, OpenBranch } from '@rendezvous/protocol';
import { BranchTable } from './branch-table.js';
import { DeadlineQueue } from './deadline-queue.js';
import { EarlyCloses } from './early-closes.js';
import type { Effect, JournalRecord } from './effect.js';
import { createJournalProgress, type JournalProgress } from './journal-progress.js';
import { type CoreObserver, NOBODY } from './observer.js';
import type { Lease } from './lease.js';
import { OwnJournal } from './own-journal.js';
import type { PeerState } from './peer-state.js';
import { RecentCloses } from './recent-closes.js';
import type { Attachment, ReplicaState } from './replica-state.js';
import type { OutgoingStream } from './outgoing-stream.js';
import { createShownPosition } from './shown-position.js';
import { createStoreLayout, type StoreDefinition, type StoreLayout } from './store-layout.js';
import { recordPredecessors, type Succession } from './succession.js';
import { VisibilityLags } from './visibility-lags.js';
import { WaitRegistry } from './wait-registry.js';

/** Bounds of one node core; each has a default and a reason. */
export interface CoreLimits {
  /** Open branches; further opens are refused. 1,000,000 (the memory that step 6 measures). */
  readonly branchCountMax: number;
  /** Blocked waits; further ones answer `unknown`. 200,000. */
  readonly waitCountMax: number;
}

const DEFAULT_CORE_LIMITS: CoreLimits = { branchCountMax: 1_000_000, waitCountMax: 200_000 };

/** What the journal holds when the node starts. */
export interface RecoveredJournal {
  /** Fresh for every start of a node (rule 3). */
  readonly id: string;
  /** The ids that the journal had before, newest first, each with its head when it got the next one. */
  readonly predecessors: readonly JournalPosition[];
  /** The newest sequence ever made durable, whether or not its entry is left (rule 3). */
  readonly head: number;
  /** Live entries in order of sequence. */
  readonly entries: readonly JournalEntry[];
  readonly horizon: string;
}

export interface NodeCoreOptions {
  readonly nodeId: string;
  readonly namespace: string;
  /** The regions that this node answers for (rule 8). */
  readonly regions: readonly string[];
  readonly stores: readonly StoreDefinition[];
  readonly peers: readonly string[];
  readonly journal: RecoveredJournal;
  readonly limits?: Partial<CoreLimits>;
  readonly observer?: CoreObserver;
}

export interface CoreState {
  readonly nodeId: string;
  readonly namespace: string;
  readonly regions: ReadonlySet<string>;
  readonly stores: ReadonlyMap<string, StoreLayout>;
  readonly replicas: readonly ReplicaState[];
  readonly limits: CoreLimits;
  readonly observer: CoreObserver;
  readonly startedAtMs: number;
  readonly table: BranchTable;
  readonly earlyCloses: EarlyCloses;
  readonly journal: OwnJournal;
  readonly journals: Map<string, JournalProgress>;
  /** Ids that journals had before → the id that they have. */
  readonly successions: Map<string, Succession>;
  readonly peers: ReadonlyMap<string, PeerState>;
  readonly streams: Map<string, OutgoingStream>;
  readonly attachments: Map<string, Attachment>;
  /** Those whose watermark has reached more branches than one input could close. */
  readonly catchingUp: Set<Attachment>;
  readonly waits: WaitRegistry;
  readonly recent: RecentCloses;
  readonly lags: VisibilityLags;
  readonly leases: DeadlineQueue<Lease>;
  /** When peers were last asked what they have collected. */
  inquiredAtMs: number;
  /** Per store, the newest rid of which a branch has been here. */
  readonly newestRids: Map<StoreLayout, string>;
  /** The newest rid given up unclosed here or at a peer; `''` when none ever was. */
  horizon: string;
  /** Opens whose entry is not durable yet, in order of sequence. */
  awaitingSync: { readonly sequence: number; readonly session: number; readonly id: number }[];
  readonly appendsInFlight: { readonly ticket: number; readonly head: number }[];
  nextTicket: number;
  /** Reports of derived stores that came before the journals they cover. */
  heldApplied: HeldApplied[];
  /** Per attachment, the branches that the input at hand opened there. */
  readonly announcements: Map<Attachment, OpenBranch[]>;
  /** Records of the input at hand, appended together when it ends. */
  records: JournalRecord[];
  /** The newest sequence that was given out. */
  appendedHead: number;
  effects: Effect[];
}

export interface HeldApplied {
  readonly session: number;
  readonly id: number;
  readonly heldAtMs: number;
  readonly request: Applied;
}

/** Blocks waits on journals that this node has not heard of. */
export const UNKNOWN_JOURNAL: object = { sentinel: 'journal that this node does not know' };

export function createCoreState(options: NodeCoreOptions, nowMs: number): CoreState {
  const regions = new Set(options.regions);
  const layouts = options.stores.map((store) => createStoreLayout(store, regions));
  const { journal } = options;
  const own = createJournalProgress(journal.id, '');
  const successions = new Map<string, Succession>();
  recordPredecessors(successions, '', journal.id, journal.predecessors);
  return {
    nodeId: options.nodeId,
    namespace: options.namespace,
    regions,
    stores: new Map(layouts.map((layout) => [layout.name, layout])),
    replicas: layouts.flatMap((layout) => replicasOf(layout, nowMs)),
    limits: { ...DEFAULT_CORE_LIMITS, ...options.limits },
    observer: options.observer ?? NOBODY,
    startedAtMs: nowMs,
    table: new BranchTable(seedOf(journal.id)),
    earlyCloses: new EarlyCloses(),
    journal: new OwnJournal(journal),
    journals: new Map([[journal.id, own]]),
    successions,
    peers: new Map(options.peers.map((name) => [name, createPeerState(name)])),
    streams: new Map(),
    attachments: new Map(),
    catchingUp: new Set(),
    waits: new WaitRegistry(),
    recent: new RecentCloses(nowMs),
    lags: new VisibilityLags(),
    leases: new DeadlineQueue(),
    inquiredAtMs: nowMs,
    newestRids: new Map(),
    horizon: journal.horizon,
    awaitingSync: [],
    appendsInFlight: [],
    nextTicket: 1,
    heldApplied: [],
    announcements: new Map(),
    records: [],
    appendedHead: journal.head,
    effects: [],
  };
}

function createPeerState(name: string): PeerState {
  return { name, connected: false, journal: '', owed: new Map() };
}

function replicasOf(layout: StoreLayout, nowMs: number): ReplicaState[] {
  return [...layout.regions.values()]
    .filter((region) => region.name !== layout.home)
    .flatMap((region) =>
      region.replicas.map(({ name, bit }) => ({
        layout,
        region: region.name,
        name,
        bit,
        attachments: new Set<Attachment>(),
        lineage: undefined,
        shown: createShownPosition(),
        lostAtMs: nowMs,
        readySinceMs: undefined,
      })),
    );
}

/** Key of an operation of a session, for the maps of streams and attachments. */
export function operationKey(session: number, id: number): string {
  return `${String(session)}:${String(id)}`;
}

/** A number that differs from node to node, from what does so at hand. */
function seedOf(text: string): number {
  let seed = 0;
  for (let index = 0; index < text.length; index++) {
    seed = Math.imul(seed, 31) + text.charCodeAt(index);
  }
  return seed;
}
