import type {
  Batch,
  BranchesOpened,
  Done,
  Failure,
  Inquired,
  JournalStatus,
  NodeBody,
  OpenBranch,
  Opened,
  Pending,
  RegionStatus,
  ReplicaStatus,
  SdkNodeBody,
  StatusAnswer,
  StoreInfo,
  WaitAnswer,
  Watermarked,
  Welcome,
} from '../messages.js';
import {
  bool,
  byteArrays,
  message,
  messages,
  oneOf,
  text,
  texts,
  uint32,
  uint64,
} from './field.js';
import type { Bodies } from './frame.js';
import { journalEntry } from './journal-entry.js';
import { journalPosition } from './journal-position.js';
import { defineBody, definePart } from './message-codec.js';

/** The messages that a node sends, field by field as in `session.proto`. */

const storeInfo = definePart<StoreInfo>({
  name: text(1),
  home: text(2),
  regions: texts(3),
});

const welcome = defineBody<Welcome>('welcome', {
  protocol: uint32(1),
  nodeId: text(2),
  regions: texts(3),
  stores: messages(4, storeInfo),
  modeCeiling: oneOf(5, ['enforce', 'observe', 'off']),
  frameBytesMax: uint32(6),
});

const failure = defineBody<Failure>('failure', {
  code: text(1),
  message: text(2),
  retryable: bool(3),
});

const done = defineBody<Done>('done', {});

const opened = defineBody<Opened>('opened', {
  journal: text(1),
  sequence: uint64(2),
});

const pending = definePart<Pending>({
  store: text(1),
  bid: text(2),
  ageMs: uint32(3),
  etaMs: uint32(4),
  reason: text(5),
});

const waitAnswer = defineBody<WaitAnswer>('waitAnswer', {
  status: oneOf(1, ['consistent', 'timed_out', 'unknown']),
  prevented: bool(2),
  waitedMs: uint32(3),
  closedAgoMs: uint32(4),
  pending: messages(5, pending),
  position: text(6),
});

const journalStatus = definePart<JournalStatus>({
  journal: text(1),
  own: bool(2),
  applied: uint64(3),
  head: uint64(4),
  peer: text(5),
  connected: bool(6),
});

const replicaStatus = definePart<ReplicaStatus>({
  store: text(1),
  region: text(2),
  replica: text(3),
  monitored: bool(4),
  position: text(5),
  barrier: text(6),
});

const regionStatus = definePart<RegionStatus>({
  store: text(1),
  region: text(2),
  branchesOpen: uint32(3),
  oldestAgeMs: uint32(4),
});

const statusAnswer = defineBody<StatusAnswer>('statusAnswer', {
  nodeId: text(1),
  namespace: text(2),
  uptimeMs: uint64(3),
  horizon: text(4),
  journals: messages(5, journalStatus),
  replicas: messages(6, replicaStatus),
  regions: messages(7, regionStatus),
  waitsBlocked: uint32(8),
  sessions: uint32(9),
});

const openBranch = definePart<OpenBranch>({
  bid: text(1),
  position: text(2),
  keys: byteArrays(3),
  ageMs: uint32(4),
  marker: text(5),
  overdue: bool(6),
});

const branchesOpened = defineBody<BranchesOpened>('branchesOpened', {
  branches: messages(1, openBranch),
});

const watermarked = defineBody<Watermarked>('watermarked', {
  branchesOpen: uint32(1),
});

const batch = defineBody<Batch>('batch', {
  journal: text(1),
  from: uint64(2),
  to: uint64(3),
  head: uint64(4),
  entries: messages(5, journalEntry),
  horizon: text(6),
  aborted: texts(7),
  confirmed: texts(8),
  predecessors: messages(9, journalPosition),
});

const inquired = defineBody<Inquired>('inquired', {
  collected: texts(1),
  horizon: text(2),
});

/** The members of `NodeMessage.body`. */
export const NODE_BODIES: Bodies<NodeBody> = {
  welcome: message(2, welcome),
  failure: message(3, failure),
  done: message(4, done),
  opened: message(5, opened),
  waitAnswer: message(6, waitAnswer),
  statusAnswer: message(7, statusAnswer),
  branchesOpened: message(8, branchesOpened),
  watermarked: message(9, watermarked),
  batch: message(10, batch),
  inquired: message(11, inquired),
};

/** Those that answer what the SDK sends. */
export const SDK_NODE_BODIES: Bodies<SdkNodeBody> = {
  welcome: message(2, welcome),
  failure: message(3, failure),
  done: message(4, done),
  opened: message(5, opened),
  waitAnswer: message(6, waitAnswer),
};
