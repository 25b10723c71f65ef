import { RendezvousError } from '@rendezvous/protocol';
import { type AwsEndpoint, parseAwsEndpoint } from '../aws-sdk/endpoint.js';

/** What a monitor must know of S3 in one region. */
export interface S3Endpoint {
  /** For the driver. */
  readonly client: AwsEndpoint & { readonly forcePathStyle: boolean };
  /** Names that buckets have here, by their names at home. */
  readonly buckets: ReadonlyMap<string, string>;
  /** Whether deletions have to be looked up in lists of versions, because `HEAD` does not tell of them. */
  readonly listsDeletions: boolean;
  /** The URL of an SQS queue whose messages are events of buckets; absent: none. */
  readonly queue: string | undefined;
}

/**
 * Reads the URL of a store's endpoint: `s3://us-east-1`, or `http(s)://…` with a `region` where the host
 * does not name one. `bucket=HOME:HERE` may follow several times, `queue=URL`, and `deletions=list`.
 * Throws `config_invalid`.
 */
export function parseS3Endpoint(text: string): S3Endpoint {
  const { client, parameters } = parseAwsEndpoint(text, { product: 'S3', scheme: 's3' });
  const buckets = parameters.getAll('bucket').map((pair): [string, string] => {
    const [, home, here] = /^([^:/]+):(.+)$/.exec(pair) ?? [];
    if (home !== undefined && here !== undefined) return [home, here];
    throw new RendezvousError(
      'config_invalid',
      `bucket=${pair}: name a bucket at home and here, bucket=HOME:HERE`,
    );
  });
  const isAws = client.endpoint === undefined || client.endpoint.endsWith('.amazonaws.com');
  return {
    client: { ...client, forcePathStyle: !isAws },
    buckets: new Map(buckets),
    listsDeletions: parameters.get('deletions') === 'list',
    queue: parameters.get('queue') ?? undefined,
  };
}
