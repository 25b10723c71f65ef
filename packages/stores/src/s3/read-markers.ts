/**
 * Looks up what objects carry, one request for each. An object that was written past the shim, and a
 * deletion, are told by their versions, where the bucket has versions.
 */
import { RendezvousError } from '@rendezvous/protocol';
import type { S3Endpoint } from './endpoint.js';
import { MARKER_METADATA } from './marker-metadata.js';
import type { BucketClient, HeadOutput } from './monitor-driver.js';
import { decodePlace, type ObjectPlace } from './object-place.js';

export interface MarkerLookup {
  readonly client: BucketClient;
  readonly endpoint: Pick<S3Endpoint, 'buckets' | 'listsDeletions'>;
  /** Where the object was written first: it tells what became of its replication. */
  readonly isPrimary: boolean;
  /** Keys that were absent when they were last looked up, for the replica's reader. */
  readonly absent: Set<string>;
  /** Told of each request. */
  readonly onRequest: () => void;
}

const ABSENT_COUNT_MAX = 10_000;

/** One marker for each key, `''` for none. Rejects with `store_failed` when S3 cannot be asked. */
export function readMarkers(
  lookup: MarkerLookup,
  keys: readonly Uint8Array[],
): Promise<readonly string[]> {
  return Promise.all(
    keys.map(async (key) => {
      const place = decodePlace(key);
      return place ? readMarker(lookup, place) : '';
    }),
  );
}

async function readMarker(lookup: MarkerLookup, { bucket, key }: ObjectPlace): Promise<string> {
  const place = { Bucket: lookup.endpoint.buckets.get(bucket) ?? bucket, Key: key };
  try {
    lookup.onRequest();
    const found = await lookup.client.headObject(place);
    lookup.absent.delete(key);
    return toMarker(found, lookup.isPrimary);
  } catch (error) {
    if (!isRefused(error)) throw toFailure(error);
    const deletion = readDeletion(error);
    if (deletion !== undefined || !lookup.endpoint.listsDeletions) return deletion ?? '';
  }
  return isFirstAbsence(lookup, key) ? '' : listDeletion(lookup, place);
}

/** A key in vain looked for at the replica is most often one that comes yet: the second look asks for more. */
function isFirstAbsence({ isPrimary, absent }: MarkerLookup, key: string): boolean {
  if (isPrimary || absent.has(key)) return false;
  if (absent.size === ABSENT_COUNT_MAX) absent.clear();
  absent.add(key);
  return true;
}

/** S3 does not try again by itself: who waits for the object is told so, and does not wait in vain. */
const GIVEN_UP = 'FAILED';

function toMarker(
  { Metadata = {}, VersionId, ReplicationStatus }: HeadOutput,
  isPrimary: boolean,
): string {
  if (isPrimary && ReplicationStatus === GIVEN_UP) return '';
  return Metadata[MARKER_METADATA] ?? toVersionMarker(VersionId) ?? '';
}

/** Objects from before a bucket had versions have none of their own. */
function toVersionMarker(version: string | undefined): string | undefined {
  return version === undefined || version === '' || version === 'null' ? undefined : `v:${version}`;
}

interface SdkError {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** No such object or bucket, or a key that S3 does not take: it must not hide the markers of others. */
function isRefused(error: unknown): boolean {
  const { httpStatusCode: status } = ((error ?? {}) as SdkError).$metadata ?? {};
  return status === 404 || status === 400 || status === 405;
}

/** The version of the delete marker that S3 found in place of the object. */
function readDeletion(error: unknown): string | undefined {
  const { headers = {} } = ((error ?? {}) as SdkError).$response ?? {};
  if (headers['x-amz-delete-marker'] !== 'true') return undefined;
  return toVersionMarker(headers['x-amz-version-id']);
}

async function listDeletion(
  { client, onRequest }: MarkerLookup,
  { Bucket, Key }: { readonly Bucket: string; readonly Key: string },
): Promise<string> {
  try {
    onRequest();
    // A key's own versions come before those of longer keys, the latest first.
    const { DeleteMarkers = [] } = await client.listObjectVersions({
      Bucket,
      Prefix: Key,
      MaxKeys: 1,
    });
    const latest = DeleteMarkers.find((marker) => marker.Key === Key && marker.IsLatest === true);
    return toVersionMarker(latest?.VersionId) ?? '';
  } catch (error) {
    if (isRefused(error)) return '';
    throw toFailure(error);
  }
}

function toFailure(cause: unknown): RendezvousError {
  return new RendezvousError('store_failed', `S3: ${String(cause)}`, { cause });
}
