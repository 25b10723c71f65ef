import { byteSize, limitOf } from './byte-size.js';
import { envelopeOf, readEnvelope, writeEnvelope } from './json-envelope.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';

/** An entry of `PutEventsCommand`. */
export interface EventBridgeEntry {
  readonly Source?: string | undefined;
  readonly DetailType?: string | undefined;
  // Not read-only: the command's input is not.
  Detail?: string | undefined;
  readonly Resources?: readonly string[] | undefined;
}

/** The event with which EventBridge invokes a function. */
export interface EventBridgeEvent {
  readonly detail?: unknown;
}

/** Counted for `Time`, given or not. */
const TIME_BYTES = 14;

/**
 * EventBridge: the member `_rendezvous` of `detail`; an event has no other place. `carry` uses it only on
 * the buses that are named in its option `envelopes`.
 */
export const eventBridgeCarrier: MessageCarrier<EventBridgeEntry, EventBridgeEvent> = createCarrier(
  {
    name: 'eventbridge',
    read: ({ Detail = '' }: EventBridgeEntry) => readEnvelope(Detail),
    write: (entry, baggage) => ({
      ...entry,
      // An entry without one is refused; it must not become one that is taken.
      Detail: writeEnvelope(entry.Detail ?? '', baggage),
    }),
    readArrived: ({ detail }: EventBridgeEvent) => envelopeOf(detail),
    sizeBytes: ({ Source, DetailType, Detail, Resources = [] }) =>
      [Source, DetailType, Detail, ...Resources].reduce(
        (sum, text) => sum + byteSize(text),
        TIME_BYTES,
      ),
    limitBytes: limitOf(256, 1_024),
  },
);
