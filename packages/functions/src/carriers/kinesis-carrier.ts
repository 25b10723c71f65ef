import { byteSize, limitOf } from './byte-size.js';
import { readEnvelope, writeEnvelope } from './json-envelope.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';

/** The input of `PutRecordCommand`, or a record of `PutRecordsCommand`. */
export interface KinesisMessage {
  // Not read-only: the command's input is not.
  Data?: Uint8Array | undefined;
  readonly PartitionKey?: string | undefined;
}

/** A record of the event with which Kinesis invokes a function. */
export interface KinesisRecord {
  readonly kinesis: { readonly data: string };
}

/**
 * Kinesis: the member `_rendezvous` of a JSON object; a record has no other place. Other data (text,
 * compressed, aggregated by the KPL) cannot carry a bookmark. `carry` uses it only on the streams that
 * are named in its option `envelopes`.
 */
export const kinesisCarrier: MessageCarrier<KinesisMessage, KinesisRecord> = createCarrier({
  name: 'kinesis',
  read: ({ Data }: KinesisMessage) => Data && readEnvelope(toText(Data)),
  write: (message, baggage) => ({
    ...message,
    Data: new TextEncoder().encode(writeEnvelope(toText(message.Data), baggage)),
  }),
  readArrived: ({ kinesis }: KinesisRecord) =>
    readEnvelope(Buffer.from(kinesis.data, 'base64').toString()),
  sizeBytes: ({ Data, PartitionKey }) => byteSize(Data) + byteSize(PartitionKey),
  limitBytes: limitOf(1_024, 10_240),
  batchLimitBytes: limitOf(5_120, 10_240),
});

/** Throws for what is no UTF-8. */
function toText(data: Uint8Array | undefined): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(data);
}
