import type {
  JournalStatus,
  NodeBody,
  OpenBranch,
  RegionStatus,
  ReplicaStatus,
} from '../messages.js';
import { bool, bytes, list, message, text, uint32, uint64 } from './field.js';
import { body, type Bodies } from './frame.js';
import { journalEntry } from './journal-entry.js';
import { journalPosition } from './journal-position.js';
import { define } from './message-codec.js';
import { SDK_NODE_BODIES } from './sdk-messages.js';

/** The messages that a node sends, field by field as in `session.proto`. */

const journalStatus = define<JournalStatus>({
  journal: text(1),
  own: bool(2),
  applied: uint64(3),
  head: uint64(4),
  peer: text(5),
  connected: bool(6),
});

const replicaStatus = define<ReplicaStatus>({
  store: text(1),
  region: text(2),
  replica: text(3),
  monitored: bool(4),
  position: text(5),
  barrier: text(6),
});

const regionStatus = define<RegionStatus>({
  store: text(1),
  region: text(2),
  branchesOpen: uint32(3),
  oldestAgeMs: uint32(4),
});

const openBranch = define<OpenBranch>({
  bid: text(1),
  position: text(2),
  keys: list(bytes(3)),
  ageMs: uint32(4),
  marker: text(5),
  overdue: bool(6),
});

/** The members of `NodeMessage.body`. */
export const NODE_BODIES: Bodies<NodeBody> = {
  ...SDK_NODE_BODIES,
  statusAnswer: body(7, {
    nodeId: text(1),
    namespace: text(2),
    uptimeMs: uint64(3),
    horizon: text(4),
    journals: list(message(5, journalStatus)),
    replicas: list(message(6, replicaStatus)),
    regions: list(message(7, regionStatus)),
    waitsBlocked: uint32(8),
    sessions: uint32(9),
  }),
  branchesOpened: body(8, {
    branches: list(message(1, openBranch)),
  }),
  watermarked: body(9, {
    branchesOpen: uint32(1),
  }),
  batch: body(10, {
    journal: text(1),
    from: uint64(2),
    to: uint64(3),
    head: uint64(4),
    entries: list(message(5, journalEntry)),
    horizon: text(6),
    aborted: list(text(7)),
    confirmed: list(text(8)),
    predecessors: list(message(9, journalPosition)),
  }),
  inquired: body(11, {
    collected: list(text(1)),
    horizon: text(2),
  }),
};
