import { RendezvousError } from '@rendezvous/protocol';

/** What the driver takes to reach a service of AWS, or one like it, in one region. */
export interface AwsEndpoint {
  /** Absent: the region's own. */
  readonly endpoint?: string;
  readonly region: string;
  /** Absent: those that the driver finds by itself. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface AwsService {
  /** As people call it. */
  readonly product: string;
  /** The scheme of URLs that name a region, and what AWS calls the service in its hosts' names. */
  readonly scheme: string;
}

/**
 * Reads the URL of a store's endpoint: `dynamodb://eu-west-1`, or `http(s)://…` with a `region` where
 * the host does not name one. A user and password in an `http(s)` URL are an access key and its
 * secret. Returns the URL's other parameters, too. Throws `config_invalid`.
 */
export function parseAwsEndpoint(
  text: string,
  service: AwsService,
): { readonly client: AwsEndpoint; readonly parameters: URLSearchParams } {
  const { scheme } = service;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || ![`${scheme}:`, 'http:', 'https:'].includes(url.protocol)) throw invalid(service);
  const parameters = url.searchParams;
  if (url.protocol === `${scheme}:`) {
    if (url.hostname === '') throw invalid(service);
    return { client: { region: url.hostname }, parameters };
  }
  const named = new RegExp(`^${scheme}\\.([a-z0-9-]+)\\.`).exec(url.hostname)?.[1];
  const region = parameters.get('region') ?? named;
  if (region === undefined) throw invalid(service);
  const { username, password } = url;
  const client = {
    endpoint: `${url.protocol}//${url.host}`,
    region,
    ...(username !== '' && {
      credentials: {
        accessKeyId: decodeURIComponent(username),
        secretAccessKey: decodeURIComponent(password),
      },
    }),
  };
  return { client, parameters };
}

function invalid({ product, scheme }: AwsService): RendezvousError {
  return new RendezvousError(
    'config_invalid',
    `an endpoint of ${product} is ${scheme}://REGION, or an http(s) URL with ?region=REGION`,
  );
}
