/**
 * The messages of `rendezvous.v1` as TypeScript sees them: one flat, readonly object per message,
 * told apart by `kind`. `proto/rendezvous/v1/session.proto` is the definition and says what each
 * field means; names here are its names in camelCase. Absent text is `''`, as on the wire.
 */

export type Role = 'reader' | 'writer' | 'monitor' | 'peer' | 'admin';
export type Mode = 'enforce' | 'observe' | 'off';
export type WaitStatus = 'consistent' | 'timed_out' | 'unknown';

/** Why a wait is not (or not yet) `consistent`. */
export type PendingReason =
  | 'open' // a covered branch is open here
  | 'journal_behind' // this node has not applied the bookmark's position yet
  | 'journal_unknown' // ... and does not know when it could: journal unknown, or ahead of its known head
  | 'no_monitor' // nobody watches this store here
  | 'barrier' // a replica must first catch up with its primary
  | 'cut_off' // the write was lost in a failover of the store
  | 'no_trace' // the primary shows nothing of the write: it never happened, or it was deleted since
  | 'given_up' // the branch, or one as old, was given up unclosed
  | 'region_not_served' // ask a node of that region
  | 'store_unknown' // the node has no such store, or not in that region
  | 'overloaded'; // the node is at its limit of blocked waits

export interface Hello {
  readonly kind: 'hello';
  readonly protocolMin: number;
  readonly protocolMax: number;
  readonly namespace: string;
  readonly token: string;
  readonly role: Role;
  readonly region: string;
  readonly agent: string;
}

export interface Open {
  readonly kind: 'open';
  readonly bid: string;
  readonly rid: string;
  readonly store: string;
  readonly home: string;
  readonly keys: readonly Uint8Array[];
  readonly position: string;
  readonly leaseMs: number;
  readonly marker: string;
}

export interface Abort {
  readonly kind: 'abort';
  readonly bid: string;
}

export interface Confirm {
  readonly kind: 'confirm';
  readonly bid: string;
}

export interface JournalPosition {
  readonly journal: string;
  readonly sequence: number;
}

export interface Coverage {
  readonly rids: readonly string[];
  readonly everyRid: boolean;
  readonly positions: readonly JournalPosition[];
}

export interface Wait {
  readonly kind: 'wait';
  readonly coverage: Coverage;
  readonly region: string;
  readonly store: string;
  readonly keys: readonly Uint8Array[];
  readonly timeoutMs: number;
  readonly withPosition: boolean;
}

export interface Cancel {
  readonly kind: 'cancel';
  readonly target: number;
}

export interface Status {
  readonly kind: 'status';
}

export interface Close {
  readonly kind: 'close';
  readonly region: string;
  readonly replica: string;
  readonly bids: readonly string[];
}

export interface NoTrace {
  readonly kind: 'noTrace';
  readonly region: string;
  readonly replica: string;
  readonly bids: readonly string[];
}

export interface Applied {
  readonly kind: 'applied';
  readonly coverage: Coverage;
  readonly store: string;
  readonly region: string;
  readonly key: Uint8Array;
  readonly ordered: boolean;
}

export interface Attach {
  readonly kind: 'attach';
  readonly store: string;
  readonly region: string;
  readonly replica: string;
  readonly barrier: string;
}

export interface Watermark {
  readonly kind: 'watermark';
  readonly attach: number;
  readonly position: string;
  readonly announcements: number;
}

export interface Replicate {
  readonly kind: 'replicate';
  readonly regions: readonly string[];
  readonly journal: string;
  readonly from: number;
}

export interface ReplicateAck {
  readonly kind: 'replicateAck';
  readonly target: number;
  readonly journal: string;
  readonly applied: number;
}

export interface ReportClosed {
  readonly kind: 'reportClosed';
  readonly journal: string;
  readonly region: string;
  readonly bids: readonly string[];
}

export interface Inquire {
  readonly kind: 'inquire';
  readonly journal: string;
  readonly bids: readonly string[];
}

export interface Ping {
  readonly kind: 'ping';
}

/** What a client (SDK, monitor or peer) asks of a node. */
export type ClientBody =
  | Hello
  | Open
  | Abort
  | Wait
  | Cancel
  | Status
  | Close
  | Applied
  | Attach
  | Watermark
  | Replicate
  | ReplicateAck
  | ReportClosed
  | Ping
  | Confirm
  | NoTrace
  | Inquire;

/** What the SDK asks: nothing that only monitors, peers and operators do. */
export type SdkClientBody = Exclude<
  ClientBody,
  Status | Attach | Watermark | Replicate | ReplicateAck | ReportClosed | NoTrace | Inquire
>;

export interface ClientMessage {
  /** Chosen by the client, 1 to 2^32 − 1, unique among its operations in progress. */
  readonly id: number;
  readonly body: ClientBody;
}

export interface StoreInfo {
  readonly name: string;
  readonly home: string;
  readonly regions: readonly string[];
}

export interface Welcome {
  readonly kind: 'welcome';
  readonly protocol: number;
  readonly nodeId: string;
  readonly regions: readonly string[];
  readonly stores: readonly StoreInfo[];
  readonly modeCeiling: Mode;
  readonly frameBytesMax: number;
}

export interface Failure {
  readonly kind: 'failure';
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface Done {
  readonly kind: 'done';
}

export interface Opened {
  readonly kind: 'opened';
  readonly journal: string;
  readonly sequence: number;
}

export interface Pending {
  readonly store: string;
  readonly bid: string;
  readonly ageMs: number;
  readonly etaMs: number;
  readonly reason: string;
}

export interface WaitAnswer {
  readonly kind: 'waitAnswer';
  readonly status: WaitStatus;
  readonly prevented: boolean;
  readonly waitedMs: number;
  readonly closedAgoMs: number;
  readonly pending: readonly Pending[];
  readonly position: string;
}

export interface JournalStatus {
  readonly journal: string;
  readonly own: boolean;
  readonly applied: number;
  readonly head: number;
  readonly peer: string;
  readonly connected: boolean;
}

export interface ReplicaStatus {
  readonly store: string;
  readonly region: string;
  readonly replica: string;
  readonly monitored: boolean;
  readonly position: string;
  readonly barrier: string;
}

export interface RegionStatus {
  readonly store: string;
  readonly region: string;
  readonly branchesOpen: number;
  readonly oldestAgeMs: number;
}

export interface StatusAnswer {
  readonly kind: 'statusAnswer';
  readonly nodeId: string;
  readonly namespace: string;
  readonly uptimeMs: number;
  readonly horizon: string;
  readonly journals: readonly JournalStatus[];
  readonly replicas: readonly ReplicaStatus[];
  readonly regions: readonly RegionStatus[];
  readonly waitsBlocked: number;
  readonly sessions: number;
}

export interface OpenBranch {
  readonly bid: string;
  readonly position: string;
  readonly keys: readonly Uint8Array[];
  readonly ageMs: number;
  readonly marker: string;
  readonly overdue: boolean;
}

/** Branches are open at the replica, or overdue; of a store with positions it does not say which. */
export interface BranchesOpened {
  readonly kind: 'branchesOpened';
  readonly branches: readonly OpenBranch[];
}

export interface Watermarked {
  readonly kind: 'watermarked';
  readonly branchesOpen: number;
}

export interface JournalEntry {
  readonly sequence: number;
  readonly bid: string;
  readonly rid: string;
  readonly store: string;
  readonly regions: readonly string[];
  readonly keys: readonly Uint8Array[];
  readonly position: string;
  readonly aborted: boolean;
  readonly leaseMs: number;
  readonly marker: string;
}

export interface Batch {
  readonly kind: 'batch';
  readonly journal: string;
  readonly from: number;
  readonly to: number;
  readonly head: number;
  readonly entries: readonly JournalEntry[];
  readonly horizon: string;
  readonly aborted: readonly string[];
  readonly confirmed: readonly string[];
  readonly predecessors: readonly JournalPosition[];
}

export interface Inquired {
  readonly kind: 'inquired';
  readonly collected: readonly string[];
  readonly horizon: string;
}

/** What a node answers. */
export type NodeBody =
  | Welcome
  | Failure
  | Done
  | Opened
  | WaitAnswer
  | StatusAnswer
  | BranchesOpened
  | Watermarked
  | Batch
  | Inquired;

/** What the node answers to it. */
export type SdkNodeBody = Exclude<
  NodeBody,
  StatusAnswer | BranchesOpened | Watermarked | Batch | Inquired
>;

export interface NodeMessage {
  /** The id of the operation that it answers; 0 for a failure of the session itself. */
  readonly id: number;
  readonly body: NodeBody;
}
