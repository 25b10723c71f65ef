import type {
  MarkerReader,
  ProbedReplica,
  ProbeStrategy,
  ReplicaTarget,
} from '@rendezvous/protocol';
import { parseS3Endpoint, type S3Endpoint } from './endpoint.js';
import { followEvents } from './follow-events.js';
import { connectBucketClient, createQueueClient } from './monitor-driver.js';
import { type MarkerLookup, readMarkers } from './read-markers.js';
import { withHints } from '../aws-sdk/with-hints.js';

/**
 * How a monitor learns that a write has reached a region: it asks for the object's metadata there, with
 * `HEAD`, and looks for the marker that the write left in them.
 */
export interface S3VisibilityOptions {
  /** Told of each request of a monitor. */
  readonly onRequest?: () => void;
}

/** S3 has no batches: each object is a request of its own, and none waits for the answer of another. */
const KEY_COUNT_MAX = 1;

/**
 * The visibility strategy for S3 buckets. Needs the AWS SDK's `@aws-sdk/client-s3`, which it loads for
 * the first monitor, and `@aws-sdk/client-sqs` where an endpoint names a queue.
 *
 * @example
 * const server = await createServer({ strategies: { s3: s3Visibility() }, … });
 */
export function s3Visibility(options: S3VisibilityOptions = {}): ProbeStrategy {
  const { onRequest = () => undefined } = options;
  return {
    kind: 'probe',
    keyCountMax: KEY_COUNT_MAX,
    connectReplica: async ({ endpoint: url }: ReplicaTarget, signal) => {
      const endpoint = parseS3Endpoint(url);
      const client = await connectBucketClient(endpoint, signal);
      const lookup = { client, endpoint, isPrimary: false, absent: new Set<string>(), onRequest };
      return withEvents(createReader(lookup), endpoint);
    },
    connectPrimary: async ({ endpoint: url }: ReplicaTarget, signal) => {
      const endpoint = parseS3Endpoint(url);
      const client = await connectBucketClient(endpoint, signal);
      return createReader({ client, endpoint, isPrimary: true, absent: new Set(), onRequest });
    },
  };
}

function createReader(lookup: MarkerLookup): MarkerReader {
  let announceLoss = (): void => undefined;
  const lost = new Promise<void>((resolve) => (announceLoss = resolve));
  return {
    lost,
    async readMarkers(keys) {
      try {
        return await readMarkers(lookup, keys);
      } catch (error) {
        announceLoss();
        throw error;
      }
    },
    shutdown() {
      lookup.client.destroy();
      announceLoss();
      return Promise.resolve();
    },
  };
}

/** The events of the endpoint's queue say where to look. */
function withEvents(reader: MarkerReader, endpoint: S3Endpoint): ProbedReplica {
  const { queue, buckets } = endpoint;
  if (queue === undefined) return reader;
  const homeNames = new Map([...buckets].map(([home, here]) => [here, home]));
  return withHints(
    reader,
    () => createQueueClient(endpoint, queue),
    (client, onChanged, signal) => followEvents({ client, queue, homeNames, onChanged, signal }),
  );
}
