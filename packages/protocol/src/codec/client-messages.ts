import type {
  Abort,
  Applied,
  Attach,
  Cancel,
  ClientBody,
  Close,
  Confirm,
  Coverage,
  Hello,
  Inquire,
  NoTrace,
  Open,
  Ping,
  Replicate,
  ReplicateAck,
  ReportClosed,
  SdkClientBody,
  Status,
  Wait,
  Watermark,
} from '../messages.js';
import {
  bool,
  byteArrays,
  bytes,
  message,
  messages,
  oneOf,
  text,
  texts,
  uint32,
  uint64,
} from './field.js';
import type { Bodies } from './frame.js';
import { journalPosition } from './journal-position.js';
import { defineBody, definePart } from './message-codec.js';

/** The messages that a client sends, field by field as in `session.proto`. */

const coverage = definePart<Coverage>({
  rids: texts(1),
  everyRid: bool(2),
  positions: messages(3, journalPosition),
});

const hello = defineBody<Hello>('hello', {
  protocolMin: uint32(1),
  protocolMax: uint32(2),
  namespace: text(3),
  token: text(4),
  role: oneOf(5, ['reader', 'writer', 'monitor', 'peer', 'admin']),
  region: text(6),
  agent: text(7),
});

const open = defineBody<Open>('open', {
  bid: text(1),
  rid: text(2),
  store: text(3),
  home: text(4),
  keys: byteArrays(5),
  position: text(6),
  leaseMs: uint32(7),
  marker: text(8),
});

const abort = defineBody<Abort>('abort', {
  bid: text(1),
});

const wait = defineBody<Wait>('wait', {
  coverage: message(1, coverage),
  region: text(2),
  store: text(3),
  keys: byteArrays(4),
  timeoutMs: uint32(5),
});

const cancel = defineBody<Cancel>('cancel', {
  target: uint32(1),
});

const status = defineBody<Status>('status', {});

const close = defineBody<Close>('close', {
  region: text(1),
  replica: text(2),
  bids: texts(3),
});

const applied = defineBody<Applied>('applied', {
  coverage: message(1, coverage),
  store: text(2),
  region: text(3),
  key: bytes(4),
  ordered: bool(5),
});

const attach = defineBody<Attach>('attach', {
  store: text(1),
  region: text(2),
  replica: text(3),
  barrier: text(4),
});

const watermark = defineBody<Watermark>('watermark', {
  attach: uint32(1),
  position: text(2),
});

const replicate = defineBody<Replicate>('replicate', {
  regions: texts(1),
  journal: text(2),
  from: uint64(3),
});

const replicateAck = defineBody<ReplicateAck>('replicateAck', {
  target: uint32(1),
  journal: text(2),
  applied: uint64(3),
});

const reportClosed = defineBody<ReportClosed>('reportClosed', {
  journal: text(1),
  region: text(2),
  bids: texts(3),
});

const confirm = defineBody<Confirm>('confirm', {
  bid: text(1),
});

const noTrace = defineBody<NoTrace>('noTrace', {
  region: text(1),
  replica: text(2),
  bids: texts(3),
});

const inquire = defineBody<Inquire>('inquire', {
  journal: text(1),
  bids: texts(2),
});

const ping = defineBody<Ping>('ping', {});

/** The members of `ClientMessage.body`. */
export const CLIENT_BODIES: Bodies<ClientBody> = {
  hello: message(2, hello),
  open: message(3, open),
  abort: message(4, abort),
  wait: message(5, wait),
  cancel: message(6, cancel),
  status: message(7, status),
  close: message(8, close),
  applied: message(9, applied),
  attach: message(10, attach),
  watermark: message(11, watermark),
  replicate: message(12, replicate),
  replicateAck: message(13, replicateAck),
  reportClosed: message(14, reportClosed),
  ping: message(15, ping),
  confirm: message(16, confirm),
  noTrace: message(17, noTrace),
  inquire: message(18, inquire),
};

/** Those that the SDK sends; a bundle of it needs no others. */
export const SDK_CLIENT_BODIES: Bodies<SdkClientBody> = {
  hello: message(2, hello),
  open: message(3, open),
  abort: message(4, abort),
  wait: message(5, wait),
  cancel: message(6, cancel),
  close: message(8, close),
  applied: message(9, applied),
  ping: message(15, ping),
  confirm: message(16, confirm),
};
