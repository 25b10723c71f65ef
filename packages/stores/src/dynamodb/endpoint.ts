import { RendezvousError } from '@rendezvous/protocol';

/** What the driver takes to reach DynamoDB in one region. */
export interface DynamoDBEndpoint {
  /** Absent: the region's own. */
  readonly endpoint?: string;
  readonly region: string;
  /** Absent: those that the driver finds by itself. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** ARNs of streams whose records are hints. */
  readonly streams: readonly string[];
}

/**
 * Reads the URL of a store's endpoint: `dynamodb://eu-west-1`, or `http(s)://…` with a `region` where
 * the host does not name one; `stream=ARN` may follow several times. A user and password in an
 * `http(s)` URL are an access key and its secret. Throws `config_invalid`.
 */
export function parseDynamoDBEndpoint(text: string): DynamoDBEndpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['dynamodb:', 'http:', 'https:'].includes(url.protocol)) throw invalid();
  const streams = url.searchParams.getAll('stream');
  if (url.protocol === 'dynamodb:') {
    if (url.hostname === '') throw invalid();
    return { region: url.hostname, streams };
  }
  const named = /^dynamodb\.([a-z0-9-]+)\./.exec(url.hostname)?.[1];
  const region = url.searchParams.get('region') ?? named;
  if (region === undefined) throw invalid();
  const { username, password } = url;
  return {
    endpoint: `${url.protocol}//${url.host}`,
    region,
    ...(username !== '' && {
      credentials: {
        accessKeyId: decodeURIComponent(username),
        secretAccessKey: decodeURIComponent(password),
      },
    }),
    streams,
  };
}

function invalid(): RendezvousError {
  return new RendezvousError(
    'config_invalid',
    'an endpoint of DynamoDB is dynamodb://REGION, or an http(s) URL with ?region=REGION',
  );
}
