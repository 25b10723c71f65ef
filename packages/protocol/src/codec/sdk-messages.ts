import type { Coverage, Pending, SdkClientBody, SdkNodeBody, StoreInfo } from '../messages.js';
import { bool, bytes, list, message, oneOf, text, uint32, uint64 } from './field.js';
import { body, type Bodies } from './frame.js';
import { journalPosition } from './journal-position.js';
import { define } from './message-codec.js';

/**
 * The messages that the SDK and a node exchange, field by field as in `session.proto`. Those of
 * monitors and peers are apart, so that bundles of functions do not carry them.
 */

const coverage = define<Coverage>({
  rids: list(text(1)),
  everyRid: bool(2),
  positions: list(message(3, journalPosition)),
});

/** The members of `ClientMessage.body` that the SDK sends. */
export const SDK_CLIENT_BODIES: Bodies<SdkClientBody> = {
  hello: body(2, {
    protocolMin: uint32(1),
    protocolMax: uint32(2),
    namespace: text(3),
    token: text(4),
    role: oneOf(5, ['reader', 'writer', 'monitor', 'peer', 'admin']),
    region: text(6),
    agent: text(7),
  }),
  open: body(3, {
    bid: text(1),
    rid: text(2),
    store: text(3),
    home: text(4),
    keys: list(bytes(5)),
    position: text(6),
    leaseMs: uint32(7),
    marker: text(8),
  }),
  abort: body(4, {
    bid: text(1),
  }),
  wait: body(5, {
    coverage: message(1, coverage),
    region: text(2),
    store: text(3),
    keys: list(bytes(4)),
    timeoutMs: uint32(5),
    withPosition: bool(6),
  }),
  cancel: body(6, {
    target: uint32(1),
  }),
  close: body(8, {
    region: text(1),
    replica: text(2),
    bids: list(text(3)),
  }),
  applied: body(9, {
    coverage: message(1, coverage),
    store: text(2),
    region: text(3),
    key: bytes(4),
    ordered: bool(5),
  }),
  ping: body(15, {}),
  confirm: body(16, {
    bid: text(1),
  }),
};

const storeInfo = define<StoreInfo>({
  name: text(1),
  home: text(2),
  regions: list(text(3)),
});

const pending = define<Pending>({
  store: text(1),
  bid: text(2),
  ageMs: uint32(3),
  etaMs: uint32(4),
  reason: text(5),
});

/** The members of `NodeMessage.body` that answer them. */
export const SDK_NODE_BODIES: Bodies<SdkNodeBody> = {
  welcome: body(2, {
    protocol: uint32(1),
    nodeId: text(2),
    regions: list(text(3)),
    stores: list(message(4, storeInfo)),
    modeCeiling: oneOf(5, ['enforce', 'observe', 'off']),
    frameBytesMax: uint32(6),
  }),
  failure: body(3, {
    code: text(1),
    message: text(2),
    retryable: bool(3),
  }),
  done: body(4, {}),
  opened: body(5, {
    journal: text(1),
    sequence: uint64(2),
  }),
  waitAnswer: body(6, {
    status: oneOf(1, ['consistent', 'timed_out', 'unknown']),
    prevented: bool(2),
    waitedMs: uint32(3),
    closedAgoMs: uint32(4),
    pending: list(message(5, pending)),
    position: text(6),
  }),
};
