/** The bytes by which branches and waits name an object: `bucket/key`, with the bucket's name at home. */

export interface ObjectPlace {
  /** The bucket's name in the store's home. */
  readonly bucket: string;
  readonly key: string;
}

/** Names of buckets at home, by the names that the same buckets have here. */
export type BucketNames = Readonly<Record<string, string>>;

export function encodePlace({ bucket, key }: ObjectPlace): Uint8Array {
  return new TextEncoder().encode(`${bucket}/${key}`);
}

/** Undefined for bytes that name no object. */
export function decodePlace(bytes: Uint8Array): ObjectPlace | undefined {
  const text = new TextDecoder().decode(bytes);
  const end = text.indexOf('/');
  if (end < 1 || end === text.length - 1) return undefined;
  return { bucket: text.slice(0, end), key: text.slice(end + 1) };
}

/** Undefined where the request names no object, as one that is about to be refused. */
export function toPlace(
  bucket: unknown,
  key: unknown,
  names: BucketNames,
): ObjectPlace | undefined {
  if (typeof bucket !== 'string' || typeof key !== 'string' || key === '') return undefined;
  const known = names[bucket] ?? bucket;
  // An ARN that is not mapped has slashes of its own.
  return known === '' || known.includes('/') ? undefined : { bucket: known, key };
}
