/** What a command means to Rendezvous. Pure. */
import type { Fields } from '../aws-sdk/driver.js';
import { parseCopySource } from './copy-source.js';
import { type BucketNames, type ObjectPlace, toPlace } from './object-place.js';

export type RequestPlan =
  | {
      readonly kind: 'write';
      readonly how: WriteKind;
      /** The bucket, by its name here. */
      readonly bucket: string;
      /** Every object that the request may change; undefined where they cannot be told. */
      readonly places: readonly ObjectPlace[] | undefined;
    }
  /** Nothing is to be seen yet, but the metadata are settled. */
  | { readonly kind: 'create-upload' }
  | {
      readonly kind: 'read';
      /** Undefined: anything in the store. */
      readonly places: readonly ObjectPlace[] | undefined;
    }
  | { readonly kind: 'other' };

/** `put`: takes metadata along. `copy`: takes those of another object. */
export type WriteKind = 'put' | 'copy' | 'delete' | 'complete-upload';

const WRITES: ReadonlyMap<string, WriteKind> = new Map([
  ['PutObjectCommand', 'put'],
  ['CopyObjectCommand', 'copy'],
  ['DeleteObjectCommand', 'delete'],
  ['CompleteMultipartUploadCommand', 'complete-upload'],
]);

/** Reads of one object. Its tags and rights can also change by themselves, without a branch. */
const READS: ReadonlySet<string> = new Set([
  'GetObjectCommand',
  'HeadObjectCommand',
  'GetObjectAttributesCommand',
  'GetObjectTorrentCommand',
  'SelectObjectContentCommand',
  'GetObjectTaggingCommand',
  'GetObjectAclCommand',
  'GetObjectRetentionCommand',
  'GetObjectLegalHoldCommand',
]);

const LISTS: ReadonlySet<string> = new Set([
  'ListObjectsCommand',
  'ListObjectsV2Command',
  'ListObjectVersionsCommand',
]);

export function planRequest(commandName: string, input: Fields, names: BucketNames): RequestPlan {
  const { Bucket: bucket, Key: key } = input;
  const place = toPlace(bucket, key, names);
  const name = typeof bucket === 'string' ? bucket : '';
  const how = WRITES.get(commandName);
  if (how !== undefined) return { kind: 'write', how, bucket: name, places: place && [place] };
  if (READS.has(commandName)) return { kind: 'read', places: place && [place] };
  if (LISTS.has(commandName)) return { kind: 'read', places: undefined };
  switch (commandName) {
    case 'CreateMultipartUploadCommand':
      return { kind: 'create-upload' };
    case 'DeleteObjectsCommand':
      return { kind: 'write', how: 'delete', bucket: name, places: planDeletes(input, names) };
    case 'RenameObjectCommand': {
      const source = toPlace(bucket, parseCopySource(input['RenameSource'])?.key, names);
      const places = place && source && [place, source];
      return { kind: 'write', how: 'delete', bucket: name, places };
    }
    default:
      return { kind: 'other' };
  }
}

function planDeletes({ Bucket, Delete }: Fields, names: BucketNames): ObjectPlace[] | undefined {
  const { Objects = [] } = (Delete ?? {}) as { readonly Objects?: readonly Fields[] };
  const keys = new Set(Objects.map(({ Key }) => Key));
  const places = [...keys].flatMap((key) => toPlace(Bucket, key, names) ?? []);
  return places.length === keys.size && places.length > 0 ? places : undefined;
}
