/**
 * The options of the client and of a store: one table says name, environment variable, default and
 * range of each, checks what users give, and is compared with docs/reference/client.md by a test.
 */

import { RendezvousError, isName } from '@rendezvous/protocol';
import {
  BOOLEAN,
  NAME,
  NAME_RANGE,
  aFunction,
  checkOption,
  createRangeError,
  integerTo,
  oneOf,
  parseEndpoints,
  readOption,
  refuseUnknown,
} from './option-spec.js';
import type { Environment, OptionRange, OptionSpec } from './option-spec.js';
import type { Verify } from './checked-read.js';
import { logAsWarning } from './log.js';
import type { Log } from './log.js';
import { DEFAULT_POLICY, POLICY_NAMES, TIMEOUT_MS_MAX } from './policy.js';
import type { Policy, PolicyOverrides } from './policy.js';
import type { WebSocketFactory } from './session/index.js';

/** Options of `createRendezvous`. What is left out comes from the environment, then from the default. */
export interface RendezvousOptions extends PolicyOverrides {
  /** Where this process reads. `RENDEZVOUS_REGION`. Required. */
  readonly region?: string | undefined;
  /**
   * `ws://` or `wss://` URLs of metadata nodes, the preferred one first; `|` between URLs makes them
   * equals, which each process tries in an order of its own: `['wss://us-a|wss://us-b', 'wss://eu']`.
   * `RENDEZVOUS_NODES`, separated by commas. Required.
   */
  readonly nodes?: string | readonly string[] | undefined;
  /** Isolates applications that share a node. `RENDEZVOUS_NAMESPACE`, default `default`. */
  readonly namespace?: string | undefined;
  /** Grants a role in the namespace. `RENDEZVOUS_TOKEN`, default none. */
  readonly token?: string | undefined;
  /** The role to take: `reader` cannot open branches. Default `writer`. */
  readonly role?: 'reader' | 'writer' | undefined;
  /** How long a write waits for its open to be acknowledged. 0 to 60,000, default 1,000. */
  readonly openTimeoutMs?: number | undefined;
  /** Where sockets come from. Default: `globalThis.WebSocket`, else the package `ws`. */
  readonly webSocket?: WebSocketFactory | undefined;
  /** Told about what goes wrong without failing a call, at most once a minute each. Default: a warning of the process. */
  readonly log?: Log | undefined;
}

/** Options of `rv.store`. What is left out comes from the client. */
export interface StoreOptions extends PolicyOverrides {
  /** The region whose replica this store's client reads. Default: the client's. */
  readonly region?: string | undefined;
  /** The store's client at its home, for the policy `origin`; the adapter knows what to do with it. */
  readonly origin?: unknown;
  /** Open before the write, and refuse the write when that is not possible. Default false. */
  readonly strictWrites?: boolean | undefined;
  /** How long a write waits for its open to be acknowledged. 0 to 60,000. */
  readonly openTimeoutMs?: number | undefined;
  /**
   * Whose word a read counts on. `region`: the node's, which watches the region's replicas.
   * `connection`: beside that, the word of the server that the read's own connection leads to, for
   * replicas behind one address that are not all watched. `auto`: `connection` once several servers
   * were seen to answer, else `region`. Default `auto`.
   */
  readonly verify?: Verify | undefined;
}

/** What each option is after it was checked. */
interface OptionValues extends Policy {
  readonly region: string;
  readonly nodes: readonly (readonly string[])[];
  readonly namespace: string;
  readonly token: string;
  readonly role: 'reader' | 'writer';
  readonly openTimeoutMs: number;
  readonly webSocket: WebSocketFactory | undefined;
  readonly log: Log;
}

/** `RendezvousOptions`, complete and checked. */
export interface ClientSettings extends Omit<OptionValues, keyof Policy> {
  /** `RENDEZVOUS_DISABLED`. */
  readonly disabled: boolean;
  readonly policy: Policy;
  /** Whether `timeoutMs` is the default: a store's own then holds. */
  readonly isTimeoutDefault: boolean;
}

/** `StoreOptions`, complete and checked. */
export interface StoreSettings {
  readonly region: string;
  readonly origin: unknown;
  readonly strictWrites: boolean;
  readonly openTimeoutMs: number;
  readonly verify: Verify;
  readonly policy: Policy;
  readonly isTimeoutDefault: boolean;
}

type OptionTable = {
  readonly [Name in keyof Required<RendezvousOptions>]: OptionSpec<OptionValues[Name]>;
};

/** Every option of the client, in the order of the reference. */
export const CLIENT_OPTIONS: OptionTable = {
  region: {
    env: 'RENDEZVOUS_REGION',
    default: '',
    ...NAME,
  },
  nodes: {
    env: 'RENDEZVOUS_NODES',
    default: [],
    range: 'ws:// or wss:// URLs, at most 16',
    parse: parseEndpoints,
    secret: true,
  },
  namespace: {
    env: 'RENDEZVOUS_NAMESPACE',
    default: 'default',
    ...NAME,
  },
  token: {
    env: 'RENDEZVOUS_TOKEN',
    default: '',
    range: 'text of at most 4,096 characters',
    parse: (value) => (typeof value === 'string' && value.length <= 4_096 ? value : undefined),
    secret: true,
  },
  role: {
    default: 'writer',
    ...oneOf('writer', 'reader'),
  },
  mode: {
    env: 'RENDEZVOUS_MODE',
    default: DEFAULT_POLICY.mode,
    ...oneOf('enforce', 'observe', 'off'),
  },
  timeoutMs: {
    env: 'RENDEZVOUS_TIMEOUT_MS',
    default: DEFAULT_POLICY.timeoutMs,
    ...integerTo(TIMEOUT_MS_MAX),
  },
  onTimeout: {
    env: 'RENDEZVOUS_ON_TIMEOUT',
    default: DEFAULT_POLICY.onTimeout,
    ...oneOf('throw', 'proceed', 'origin', 'requeue'),
  },
  onUnavailable: {
    env: 'RENDEZVOUS_ON_UNAVAILABLE',
    default: DEFAULT_POLICY.onUnavailable,
    ...oneOf('throw', 'proceed', 'origin', 'requeue'),
  },
  onMissing: {
    env: 'RENDEZVOUS_ON_MISSING',
    default: DEFAULT_POLICY.onMissing,
    ...oneOf('throw', 'proceed'),
  },
  speculate: {
    default: DEFAULT_POLICY.speculate,
    ...BOOLEAN,
  },
  openTimeoutMs: {
    default: 1_000,
    ...integerTo(60_000),
  },
  webSocket: {
    default: undefined,
    ...aFunction<WebSocketFactory>(),
  },
  log: {
    default: logAsWarning,
    ...aFunction<Log>(),
  },
};

const STORE_OPTION_NAMES: readonly (keyof StoreOptions)[] = [
  'region',
  'origin',
  'strictWrites',
  'openTimeoutMs',
  'verify',
  ...POLICY_NAMES,
];

const VERIFY: OptionRange<Verify> = oneOf('auto', 'region', 'connection');

/**
 * The settings of a client: options, then the environment, then defaults. Throws `config_invalid`,
 * naming the option (or variable) and its value, for what is unknown, out of range or required.
 */
export function parseClientOptions(options: RendezvousOptions, env: Environment): ClientSettings {
  refuseUnknown('createRendezvous', options, Object.keys(CLIENT_OPTIONS));
  const values = readOptions(options, env);
  const settings: ClientSettings = {
    ...values,
    disabled: isSwitchedOn(env['RENDEZVOUS_DISABLED']),
    policy: { ...DEFAULT_POLICY, ...pickPolicy((name) => values[name]) },
    isTimeoutDefault: !isGiven('timeoutMs', options, env),
  };
  // A client that never acts needs to know neither; it must not break the function it was disabled for.
  if (settings.disabled || settings.policy.mode === 'off') return settings;
  if (settings.region === '') throw createRequiredError('region');
  if (settings.nodes.length === 0) throw createRequiredError('nodes');
  return settings;
}

/** Whether an option, or its variable, is set. */
function isGiven(name: 'timeoutMs', options: RendezvousOptions, env: Environment): boolean {
  const spec: OptionSpec<unknown> = { ...CLIENT_OPTIONS[name], default: undefined };
  return readOption(name, spec, options[name], env) !== undefined;
}

function readOptions(options: RendezvousOptions, env: Environment): OptionValues {
  const specs: Readonly<Record<string, OptionSpec<unknown>>> = CLIENT_OPTIONS;
  const given: Readonly<Record<string, unknown>> = { ...options };
  const entries = Object.entries(specs).map(
    ([name, spec]) => [name, readOption(name, spec, given[name], env)] as const,
  );
  // The type of the table ties each option's spec to the type of its value.
  return Object.fromEntries(entries) as unknown as OptionValues;
}

/** The settings of a store: its options, else the client's. Throws `config_invalid`. */
export function parseStoreOptions(
  store: string,
  options: StoreOptions,
  client: ClientSettings,
): StoreSettings {
  if (!isName(store)) throw createRangeError('the name of a store', store, NAME_RANGE);
  refuseUnknown(`store("${store}")`, options, STORE_OPTION_NAMES);
  const { region, openTimeoutMs, speculate } = CLIENT_OPTIONS;
  const settings: StoreSettings = {
    region: checkOption('region', options.region, region) ?? client.region,
    origin: options.origin,
    strictWrites: checkOption('strictWrites', options.strictWrites, speculate) ?? false,
    openTimeoutMs:
      checkOption('openTimeoutMs', options.openTimeoutMs, openTimeoutMs) ?? client.openTimeoutMs,
    verify: checkOption('verify', options.verify, { default: 'auto', ...VERIFY }) ?? 'auto',
    policy: { ...client.policy, ...parsePolicy(options) },
    isTimeoutDefault: client.isTimeoutDefault && options.timeoutMs === undefined,
  };
  for (const name of ['onTimeout', 'onUnavailable'] as const) {
    if (settings.policy[name] !== 'origin' || settings.origin !== undefined) continue;
    throw new RendezvousError(
      'config_invalid',
      `Option "${name}" of store "${store}" is "origin": give the store an option "origin", the client to read from at its home.`,
    );
  }
  return settings;
}

/** The policies that some options set, checked; what they leave out is left out. Throws `config_invalid`. */
export function parsePolicy(options: PolicyOverrides): Partial<Policy> {
  const specs: Readonly<Record<keyof Policy, OptionSpec<unknown>>> = CLIENT_OPTIONS;
  return pickPolicy((name) => checkOption(name, options[name], specs[name]));
}

/** A policy of the values that `get` returns, without those that are undefined. */
function pickPolicy(get: (name: keyof Policy) => unknown): Partial<Policy> {
  const entries = POLICY_NAMES.map((name) => [name, get(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** What `rv.with` takes. */
export const CALL_OPTION_NAMES: readonly string[] = [
  ...POLICY_NAMES,
  'key',
  'keys',
  'budgetMs',
  'requeue',
];

function createRequiredError(name: 'region' | 'nodes'): RendezvousError {
  const { env, range } = CLIENT_OPTIONS[name];
  const message = `Option "${name}" is missing: pass it or set ${env ?? ''} to ${range}.`;
  return new RendezvousError('config_invalid', message);
}

/** An emergency switch: whatever is not clearly "off" is on. */
function isSwitchedOn(text: string | undefined): boolean {
  return text !== undefined && !['', '0', 'false'].includes(text);
}
