/**
 * What a configuration file imports from `@rendezvous/cli`: the shape, and two functions.
 * docs/reference/configuration.md describes every key.
 */
import { RendezvousError } from '@rendezvous/protocol';
import type { Mode } from '@rendezvous/protocol';

/** The kinds of datastore that nodes can monitor. */
export type StoreKind =
  'dynamodb' | 'mariadb' | 'mysql' | 'postgres' | 'redis' | 'redis-cluster' | 's3';

export interface RendezvousConfig {
  /** The application, where several share nodes. A name. Default: `default`. */
  readonly namespace?: string;
  /** Every region by its name; at least one has a node. */
  readonly regions: Readonly<Record<string, RegionConfig>>;
  /** Every store by its name. */
  readonly stores: Readonly<Record<string, StoreConfig>>;
  readonly policy?: PolicyConfig;
}

/** A region has nodes of its own, or is served by those of another region. */
export type RegionConfig = NodeRegionConfig | ServedRegionConfig;

export interface NodeRegionConfig {
  /**
   * Where clients and other nodes reach the region's node: a `ws://` or `wss://` URL. Several, at
   * most 16, for a region whose clients shall find another node when one fails: each is a process
   * with a journal of its own.
   */
  readonly node: string | readonly string[];
  readonly servedBy?: never;
}

export interface ServedRegionConfig {
  /** The region whose nodes serve this one too. */
  readonly servedBy: string;
  readonly node?: never;
}

export interface StoreConfig {
  readonly kind: StoreKind;
  /** The region of the primary. */
  readonly home: string;
  /**
   * The store's endpoints per region, as URLs: the primary's in the home, elsewhere those of the
   * replicas that can be read. Empty where the application itself closes branches (`applied`).
   */
  readonly regions: Readonly<Record<string, string | readonly string[]>>;
  /** How long a branch may stay open before it is given up, in ms: 1,000 to 604,800,000. Default: the node's. */
  readonly branchTtlMs?: number;
}

export interface PolicyConfig {
  /** The strictest mode that clients may use: an operator's remote switch. Default: `enforce`. */
  readonly mode?: Mode;
}

/**
 * Returns `config` as it is: it gives editors the types. Checks come when the file is loaded.
 *
 * @example
 * export default defineConfig({
 *   regions: { eu: { node: 'ws://127.0.0.1:7410' }, 'eu-replica': { servedBy: 'eu' } },
 *   stores: {
 *     app: { kind: 'postgres', home: 'eu', regions: { eu: env('PRIMARY_URL'), 'eu-replica': env('REPLICA_URL') } },
 *   },
 * });
 */
export function defineConfig(config: RendezvousConfig): RendezvousConfig {
  return config;
}

/**
 * The value of an environment variable, so that secrets stay out of the file. Throws
 * `config_invalid` when it is not set or empty.
 */
export function env(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new RendezvousError('config_invalid', `the environment variable ${name} is not set`);
}
