/**
 * A carrier knows where in one kind of message a bookmark travels. All carriers promise the same, and
 * pass the same suite (`test/carrier-conformance.ts`):
 *
 * - what travels is a W3C `baggage` text with the member `rendezvous`; other members stay;
 * - neither `inject` nor `extract` throws: a send never fails because of a bookmark;
 * - a message is never made larger than its service takes. Where the whole bookmark has no room, a mark
 *   that everything is unknown goes instead; where not even that fits, nothing does;
 * - the message that was given is never changed: `inject` returns a copy;
 * - what did not arrive whole is counted, in `rv.counters.bookmarksDroppedBy[name]`; to the reader it is
 *   missing, or unknown, and `onMissing` or `onUnavailable` say what then.
 */

import type { Rendezvous } from '@rendezvous/client';

export type CarrierName =
  | 'cloudevents'
  | 'dynamodb'
  | 'eventbridge'
  | 'http'
  | 'kinesis'
  | 'lambda'
  | 's3'
  | 'sfn'
  | 'sns'
  | 'sqs';

export interface MessageCarrier<Outgoing, Incoming> {
  /** The label `carrier` of `rendezvous_bookmarks_dropped_total`. */
  readonly name: CarrierName;
  /** A copy of the message that carries the context's bookmark; the message itself if it carries nothing. */
  inject<Message extends Outgoing>(rv: Injector, message: Message): Message;
  /** As `inject`, for messages that are sent by one call and share its limit. */
  injectAll<Message extends Outgoing>(rv: Injector, messages: readonly Message[]): Message[];
  /** The text of the bookmark in what arrived, for `rv.run`; undefined: there is none to be used. */
  extract(rv: Extractor, incoming: Incoming): string | undefined;
}

/** The parts of a client that carriers use. */
export type Injector = Pick<Rendezvous, 'inject'>;
export type Extractor = Pick<Rendezvous, 'extract'>;

/** What is particular to a carrier. */
export interface CarrierShape<Outgoing, Incoming> {
  readonly name: CarrierName;
  /** The baggage of a message that is to be sent; undefined: it has none. */
  readonly read: (message: Outgoing) => string | undefined;
  /** A copy with this baggage. Throws where there is no place for one. */
  readonly write: <Message extends Outgoing>(message: Message, baggage: string) => Message;
  /** The baggage of what arrived; undefined: it has none. */
  readonly readArrived: (incoming: Incoming) => string | undefined;
  /** The message's size as its service counts it. Default: 0, nothing limits it. */
  readonly sizeBytes?: (message: Outgoing) => number;
  /** What a message of this size may grow to. Default: no limit. */
  readonly limitBytes?: (bareBytes: number) => number;
  /** ... and all messages of one call. Default: as one. */
  readonly batchLimitBytes?: (bareBytes: number) => number;
}

export function createCarrier<Outgoing, Incoming>(
  shape: CarrierShape<Outgoing, Incoming>,
): MessageCarrier<Outgoing, Incoming> {
  const { name, sizeBytes = () => 0, limitBytes = () => Infinity } = shape;
  const { batchLimitBytes = limitBytes } = shape;

  function injectWithin<Message extends Outgoing>(
    rv: Injector,
    message: Message,
    bytesMax: number,
  ): Message {
    let carrying = message;
    const set = (_header: string, baggage: string): void => {
      const written = shape.write(message, baggage);
      if (sizeBytes(written) > bytesMax) throw new RangeError('no room');
      carrying = written;
    };
    rv.inject({ get: () => shape.read(message), set }, { carrierName: name });
    return carrying;
  }

  return {
    name,
    inject: (rv, message) =>
      orElse(message, () => injectWithin(rv, message, limitBytes(sizeBytes(message)))),
    injectAll: (rv, messages) =>
      orElse([...messages], () => {
        let totalBytes = messages.reduce((sum, message) => sum + sizeBytes(message), 0);
        const totalBytesMax = batchLimitBytes(totalBytes);
        return messages.map((message) => {
          const bareBytes = sizeBytes(message);
          const roomBytes = totalBytesMax - (totalBytes - bareBytes);
          const bytesMax = Math.min(limitBytes(bareBytes), roomBytes);
          const carrying = injectWithin(rv, message, bytesMax);
          totalBytes += sizeBytes(carrying) - bareBytes;
          return carrying;
        });
      }),
    extract: (rv, incoming) =>
      rv.extract(
        { get: () => shape.readArrived(incoming), set: () => undefined },
        { carrierName: name },
      ),
  };
}

/** Counts the context's bookmark, if there is one, as dropped by a carrier that may not take it. */
export function dropBookmark(rv: Injector, carrierName: CarrierName): void {
  const set = (): never => {
    throw new RangeError('not switched on');
  };
  rv.inject({ get: () => undefined, set }, { carrierName });
}

/** What is no message of its service is for the service to refuse, not for us. */
function orElse<T>(message: T, inject: () => T): T {
  try {
    return inject();
  } catch {
    return message;
  }
}
