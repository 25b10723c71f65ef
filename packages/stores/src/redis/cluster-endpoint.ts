import { RendezvousError } from '@rendezvous/protocol';

/**
 * What a configuration says of a Redis Cluster in one region:
 *
 *   redis-cluster://user:password@a.example:7001?node=b.example:7001&replica=c.example:7002
 *
 * `rediss-cluster` is the same over TLS. `node` names more servers to ask for the layout; `replica` (as often
 * as needed) the only ones to watch, as the cluster names them.
 */
export interface ClusterEndpoint {
  /** `host:port` of the servers to ask for the layout, in this order. */
  readonly seeds: readonly string[];
  /** `host:port` of the servers to watch; empty: every replica of the cluster. */
  readonly replicas: readonly string[];
  /** The URL of one server of the cluster, with the endpoint's user and password. */
  toServerUrl(address: string): string;
}

const DEFAULT_PORT = '6379';

/** Throws `config_invalid`, with nothing of the endpoint in its message. */
export function parseClusterEndpoint(endpoint: string): ClusterEndpoint {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const secure = url?.protocol === 'rediss-cluster:';
  if (!url || url.hostname === '' || !(secure || url.protocol === 'redis-cluster:')) {
    throw invalid("must be a URL like 'redis-cluster://user:password@host:6379'");
  }
  for (const name of url.searchParams.keys()) {
    if (name !== 'node' && name !== 'replica') throw invalid("knows only 'node' and 'replica'");
  }
  const seeds = [`${url.hostname}:${url.port === '' ? DEFAULT_PORT : url.port}`];
  const replicas = url.searchParams.getAll('replica');
  seeds.push(...url.searchParams.getAll('node'));
  if (![...seeds, ...replicas].every(isAddress)) throw invalid("must name servers as 'host:port'");
  return {
    seeds,
    replicas,
    toServerUrl: (address) => {
      const server = new URL(`${secure ? 'rediss' : 'redis'}://${address}`);
      server.username = url.username;
      server.password = url.password;
      return server.href;
    },
  };
}

function isAddress(text: string): boolean {
  return /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}$/.test(text);
}

function invalid(what: string): RendezvousError {
  return new RendezvousError('config_invalid', `an endpoint of a Redis Cluster ${what}`);
}
