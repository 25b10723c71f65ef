import { byteSize } from './byte-size.js';
import { BAGGAGE } from './message-attributes.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';

/** The input of `PutObjectCommand`, or the output of `HeadObjectCommand` and `GetObjectCommand`. */
export interface S3Object {
  // Not read-only: the commands' inputs and outputs are not.
  Metadata?: Record<string, string> | undefined;
}

/** Names and values of an object's metadata. */
const METADATA_BYTES_MAX = 2_048;

/**
 * S3: the user metadata `baggage` of the object. An S3 event names the object and holds nothing of what
 * its writer knew, so the reader has to ask for the object (`HeadObject`) first. It covers what was
 * written before the object, not the object: that is the store's concern.
 *
 * @example
 * await s3.send(new PutObjectCommand(s3Carrier.inject(rv, { Bucket, Key, Body })));
 * // where the event arrives
 * const bookmark = s3Carrier.extract(rv, await s3.send(new HeadObjectCommand({ Bucket, Key })));
 */
export const s3Carrier: MessageCarrier<S3Object, S3Object> = createCarrier({
  name: 's3',
  read: readMetadata,
  write: (object, baggage) => ({
    ...object,
    Metadata: { ...object.Metadata, [BAGGAGE]: baggage },
  }),
  readArrived: readMetadata,
  sizeBytes: ({ Metadata = {} }: S3Object) =>
    Object.entries(Metadata)
      .flat()
      .map(byteSize)
      .reduce((sum, bytes) => sum + bytes, 0),
  limitBytes: () => METADATA_BYTES_MAX,
});

function readMetadata({ Metadata }: S3Object): string | undefined {
  return Metadata?.[BAGGAGE];
}
