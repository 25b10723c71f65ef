import { BAGGAGE } from './message-attributes.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';

/** A CloudEvent: as a plain object, or of a class that can `cloneWith`, such as that of the package `cloudevents`. */
export interface CloudEventLike {
  readonly specversion: string;
  readonly [attribute: string]: unknown;
}

interface Cloneable {
  cloneWith(changes: Readonly<Record<string, unknown>>): unknown;
}

/**
 * CloudEvents: the extension attribute `baggage`. In the structured mode it is a member of the JSON
 * object, in the binary mode of HTTP the header `ce-baggage`, in Kafka's `ce_baggage`.
 */
export const cloudEventsCarrier: MessageCarrier<CloudEventLike, CloudEventLike> = createCarrier({
  name: 'cloudevents',
  read: readExtension,
  write: <Event extends CloudEventLike>(event: Event, baggage: string) =>
    isCloneable(event)
      ? (event.cloneWith({ [BAGGAGE]: baggage }) as Event)
      : { ...event, [BAGGAGE]: baggage },
  readArrived: readExtension,
});

function readExtension(event: CloudEventLike): string | undefined {
  const baggage = event[BAGGAGE];
  return typeof baggage === 'string' ? baggage : undefined;
}

function isCloneable(event: object): event is Cloneable {
  return 'cloneWith' in event && typeof event.cloneWith === 'function';
}
