import fc from 'fast-check';
import type {
  Abort,
  Applied,
  Attach,
  Batch,
  BranchesOpened,
  Cancel,
  ClientBody,
  ClientMessage,
  Close,
  Confirm,
  Coverage,
  Failure,
  Hello,
  Inquire,
  Inquired,
  JournalEntry,
  JournalPosition,
  JournalStatus,
  NodeBody,
  NodeMessage,
  NoTrace,
  Open,
  OpenBranch,
  Opened,
  Pending,
  RegionStatus,
  ReplicaStatus,
  Replicate,
  ReplicateAck,
  ReportClosed,
  StatusAnswer,
  StoreInfo,
  Wait,
  WaitAnswer,
  Watermark,
  Watermarked,
  Welcome,
} from '../src/messages.js';

/** Random messages of every kind: a kind that is missing here does not compile. */

type ByKind<Body extends { readonly kind: string }> = {
  readonly [Kind in Body['kind']]: fc.Arbitrary<Extract<Body, { readonly kind: Kind }>>;
};

/** Ids, names, text in other scripts, and lengths around the borders of the codec's fast paths. */
const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(1, 15, 16, 17, 26, 127, 128, 129).map((length) => 'x'.repeat(length)),
  fc.constantFrom(42, 127, 128).map((length) => `${'x'.repeat(length - 1)}é`),
);
const texts = fc.array(text, { maxLength: 4 });
const bytes = fc.uint8Array({ maxLength: 200 });
const keys = fc.array(bytes, { maxLength: 3 });
const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const uint64 = fc.oneof(fc.nat(300), fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER));
const bool = fc.boolean();

function kind<Kind extends string>(name: Kind): fc.Arbitrary<Kind> {
  return fc.constant(name);
}

function upTo3<T>(element: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(element, { maxLength: 3 });
}

const positions = upTo3(fc.record<JournalPosition>({ journal: text, sequence: uint64 }));

const coverage = fc.record<Coverage>({
  rids: texts,
  everyRid: bool,
  positions,
});

export const ARBITRARY_CLIENT_BODIES: ByKind<ClientBody> = {
  hello: fc.record<Hello>({
    kind: kind('hello'),
    protocolMin: uint32,
    protocolMax: uint32,
    namespace: text,
    token: text,
    role: fc.constantFrom('reader', 'writer', 'monitor', 'peer', 'admin'),
    region: text,
    agent: text,
  }),
  open: fc.record<Open>({
    kind: kind('open'),
    bid: text,
    rid: text,
    store: text,
    home: text,
    keys,
    position: text,
    leaseMs: uint32,
    marker: text,
  }),
  abort: fc.record<Abort>({ kind: kind('abort'), bid: text }),
  wait: fc.record<Wait>({
    kind: kind('wait'),
    coverage,
    region: text,
    store: text,
    keys,
    timeoutMs: uint32,
    withPosition: bool,
  }),
  cancel: fc.record<Cancel>({ kind: kind('cancel'), target: uint32 }),
  status: fc.constant({ kind: 'status' }),
  close: fc.record<Close>({ kind: kind('close'), region: text, replica: text, bids: texts }),
  applied: fc.record<Applied>({
    kind: kind('applied'),
    coverage,
    store: text,
    region: text,
    key: bytes,
    ordered: bool,
  }),
  attach: fc.record<Attach>({
    kind: kind('attach'),
    store: text,
    region: text,
    replica: text,
    barrier: text,
  }),
  watermark: fc.record<Watermark>({
    kind: kind('watermark'),
    attach: uint32,
    position: text,
    announcements: uint32,
  }),
  replicate: fc.record<Replicate>({
    kind: kind('replicate'),
    regions: texts,
    journal: text,
    from: uint64,
  }),
  replicateAck: fc.record<ReplicateAck>({
    kind: kind('replicateAck'),
    target: uint32,
    journal: text,
    applied: uint64,
  }),
  reportClosed: fc.record<ReportClosed>({
    kind: kind('reportClosed'),
    journal: text,
    region: text,
    bids: texts,
  }),
  ping: fc.constant({ kind: 'ping' }),
  confirm: fc.record<Confirm>({ kind: kind('confirm'), bid: text }),
  noTrace: fc.record<NoTrace>({
    kind: kind('noTrace'),
    region: text,
    replica: text,
    bids: texts,
  }),
  inquire: fc.record<Inquire>({ kind: kind('inquire'), journal: text, bids: texts }),
};

export const ARBITRARY_NODE_BODIES: ByKind<NodeBody> = {
  welcome: fc.record<Welcome>({
    kind: kind('welcome'),
    protocol: uint32,
    nodeId: text,
    regions: texts,
    stores: upTo3(fc.record<StoreInfo>({ name: text, home: text, regions: texts })),
    modeCeiling: fc.constantFrom('enforce', 'observe', 'off'),
    frameBytesMax: uint32,
  }),
  failure: fc.record<Failure>({
    kind: kind('failure'),
    code: text,
    message: text,
    retryable: bool,
  }),
  done: fc.constant({ kind: 'done' }),
  opened: fc.record<Opened>({ kind: kind('opened'), journal: text, sequence: uint64 }),
  waitAnswer: fc.record<WaitAnswer>({
    kind: kind('waitAnswer'),
    status: fc.constantFrom('consistent', 'timed_out', 'unknown'),
    prevented: bool,
    waitedMs: uint32,
    closedAgoMs: uint32,
    pending: upTo3(
      fc.record<Pending>({ store: text, bid: text, ageMs: uint32, etaMs: uint32, reason: text }),
    ),
    position: text,
  }),
  statusAnswer: fc.record<StatusAnswer>({
    kind: kind('statusAnswer'),
    nodeId: text,
    namespace: text,
    uptimeMs: uint64,
    horizon: text,
    journals: upTo3(
      fc.record<JournalStatus>({
        journal: text,
        own: bool,
        applied: uint64,
        head: uint64,
        peer: text,
        connected: bool,
      }),
    ),
    replicas: upTo3(
      fc.record<ReplicaStatus>({
        store: text,
        region: text,
        replica: text,
        monitored: bool,
        position: text,
        barrier: text,
      }),
    ),
    regions: upTo3(
      fc.record<RegionStatus>({
        store: text,
        region: text,
        branchesOpen: uint32,
        oldestAgeMs: uint32,
      }),
    ),
    waitsBlocked: uint32,
    sessions: uint32,
  }),
  branchesOpened: fc.record<BranchesOpened>({
    kind: kind('branchesOpened'),
    branches: upTo3(
      fc.record<OpenBranch>({
        bid: text,
        position: text,
        keys,
        ageMs: uint32,
        marker: text,
        overdue: bool,
      }),
    ),
  }),
  watermarked: fc.record<Watermarked>({ kind: kind('watermarked'), branchesOpen: uint32 }),
  batch: fc.record<Batch>({
    kind: kind('batch'),
    journal: text,
    from: uint64,
    to: uint64,
    head: uint64,
    entries: upTo3(
      fc.record<JournalEntry>({
        sequence: uint64,
        bid: text,
        rid: text,
        store: text,
        regions: texts,
        keys,
        position: text,
        aborted: bool,
        leaseMs: uint32,
        marker: text,
      }),
    ),
    horizon: text,
    aborted: texts,
    confirmed: texts,
    predecessors: positions,
  }),
  inquired: fc.record<Inquired>({ kind: kind('inquired'), collected: texts, horizon: text }),
};

/** Batches of messages of all kinds, as the SDK, monitors and peers send them. */
export const arbitraryClientMessages: fc.Arbitrary<ClientMessage[]> = fc.array(
  fc.record<ClientMessage>({
    id: uint32,
    body: fc.oneof(...Object.values<fc.Arbitrary<ClientBody>>(ARBITRARY_CLIENT_BODIES)),
  }),
  { maxLength: 6 },
);

/** Batches of messages of all kinds, as a node sends them. */
export const arbitraryNodeMessages: fc.Arbitrary<NodeMessage[]> = fc.array(
  fc.record<NodeMessage>({
    id: uint32,
    body: fc.oneof(...Object.values<fc.Arbitrary<NodeBody>>(ARBITRARY_NODE_BODIES)),
  }),
  { maxLength: 6 },
);
