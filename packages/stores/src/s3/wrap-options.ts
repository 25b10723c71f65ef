import type { BucketNames } from './object-place.js';

export interface WrapS3Options {
  /**
   * The names of buckets in the store's home, by the names (or access point ARNs) that this client uses
   * for them: `{ 'posts-us': 'posts-eu' }`. Needed by every client whose names differ from those at
   * home. Default: the same names.
   */
  readonly buckets?: BucketNames;
  /**
   * What is replicated of a bucket, by its name here: prefixes of keys. A write of an object outside of
   * them opens no branch. `'bucket'`: asks each bucket for its replication rules once in ten minutes,
   * which needs the permission `s3:GetReplicationConfiguration`. Default: everything.
   */
  readonly prefixes?: Readonly<Record<string, readonly string[]>> | 'bucket';
  /** Whether the metadata `rv-bid` is taken out of results. Default true. */
  readonly hideMarkers?: boolean;
  /** The longest that the SDK goes on with a write, retries included, in ms: 1 to 900,000. Default 300,000. */
  readonly leaseMs?: number;
}
