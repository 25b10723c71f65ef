import type { ClientBody } from '../messages.js';
import { list, text, uint32, uint64 } from './field.js';
import { body, type Bodies } from './frame.js';
import { readOpen } from './read-open.js';
import { SDK_CLIENT_BODIES } from './sdk-messages.js';

/** The messages that a client sends, field by field as in `session.proto`. */

/** The members of `ClientMessage.body`. */
export const CLIENT_BODIES: Bodies<ClientBody> = {
  ...SDK_CLIENT_BODIES,
  open: { ...SDK_CLIENT_BODIES.open, read: readOpen },
  status: body(7, {}),
  attach: body(10, {
    store: text(1),
    region: text(2),
    replica: text(3),
    barrier: text(4),
  }),
  watermark: body(11, {
    attach: uint32(1),
    position: text(2),
    announcements: uint32(3),
  }),
  replicate: body(12, {
    regions: list(text(1)),
    journal: text(2),
    from: uint64(3),
  }),
  replicateAck: body(13, {
    target: uint32(1),
    journal: text(2),
    applied: uint64(3),
  }),
  reportClosed: body(14, {
    journal: text(1),
    region: text(2),
    bids: list(text(3)),
  }),
  noTrace: body(17, {
    region: text(1),
    replica: text(2),
    bids: list(text(3)),
  }),
  inquire: body(18, {
    journal: text(1),
    bids: list(text(2)),
  }),
};
