/**
 * The options of the client and of a store: one table says name, environment variable, default and
 * range of each, checks what users give, and is compared with docs/reference/client.md by a test.
 */

import { isName } from '@rendezvous/protocol';
import type { RendezvousError, Verify } from '@rendezvous/protocol';
import {
  ANYTHING,
  BOOLEAN,
  NAME,
  NAME_RANGE,
  aFunction,
  checkOptions,
  completeOptions,
  createConfigError,
  createRangeError,
  integerTo,
  oneOf,
  parseEndpoints,
  toVariable,
} from './option-spec.js';
import type { Environment, OptionRanges, OptionSpecs } from './option-spec.js';
import { logAsWarning } from './log.js';
import type { Log } from './log.js';
import { TIMEOUT_MS_MAX } from './policy.js';
import type { BasePolicy, CallPolicy, Policy, PolicyOverrides } from './policy.js';
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
  readonly policy: BasePolicy;
}

/** `StoreOptions`, complete and checked. */
export interface StoreSettings {
  readonly region: string;
  readonly origin: unknown;
  readonly strictWrites: boolean;
  readonly openTimeoutMs: number;
  readonly verify: Verify;
  readonly policy: BasePolicy;
}

const FALLBACK = oneOf('throw', 'proceed', 'origin', 'requeue');

const POLICY_OPTIONS: OptionSpecs<Policy> = {
  mode: {
    env: true,
    default: 'enforce',
    ...oneOf('enforce', 'observe', 'off'),
  },
  timeoutMs: {
    env: true,
    // Some stores have another default than TIMEOUT_MS_DEFAULT.
    default: undefined,
    ...integerTo(TIMEOUT_MS_MAX),
  },
  onTimeout: {
    env: true,
    default: 'throw',
    ...FALLBACK,
  },
  onUnavailable: {
    env: true,
    default: 'proceed',
    ...FALLBACK,
  },
  onMissing: {
    env: true,
    default: 'proceed',
    ...oneOf('throw', 'proceed'),
  },
  speculate: {
    default: true,
    ...BOOLEAN,
  },
};

/** Every option of the client, in the order of the reference. */
export const CLIENT_OPTIONS: OptionSpecs<OptionValues> = {
  region: {
    env: true,
    default: '',
    ...NAME,
  },
  nodes: {
    env: true,
    default: [],
    range: 'ws:// or wss:// URLs, at most 16',
    parse: parseEndpoints,
    secret: true,
  },
  namespace: {
    env: true,
    default: 'default',
    ...NAME,
  },
  token: {
    env: true,
    default: '',
    range: 'text of at most 4,096 characters',
    parse: (value) => (typeof value === 'string' && value.length <= 4_096 ? value : undefined),
    secret: true,
  },
  role: {
    default: 'writer',
    ...oneOf('writer', 'reader'),
  },
  ...POLICY_OPTIONS,
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

const STORE_OPTIONS: OptionRanges<Omit<StoreSettings, 'policy'>> = {
  region: NAME,
  origin: ANYTHING,
  strictWrites: BOOLEAN,
  openTimeoutMs: CLIENT_OPTIONS.openTimeoutMs,
  verify: oneOf('auto', 'region', 'connection'),
};

/** What `rv.with` takes beside policies. */
const CALL_OPTIONS = {
  ...POLICY_OPTIONS,
  key: ANYTHING,
  keys: ANYTHING,
  budgetMs: POLICY_OPTIONS.timeoutMs,
  requeue: ANYTHING,
};

/**
 * The settings of a client: options, then the environment, then defaults. Throws `config_invalid`,
 * naming the option (or variable) and its value, for what is unknown, out of range or required.
 */
export function parseClientOptions(options: RendezvousOptions, env: Environment): ClientSettings {
  const given = checkOptions('createRendezvous', options, CLIENT_OPTIONS);
  const settings: ClientSettings = {
    ...completeOptions(given, CLIENT_OPTIONS, env),
    disabled: isSwitchedOn(env['RENDEZVOUS_DISABLED']),
    policy: completeOptions(given, POLICY_OPTIONS, env),
  };
  // A client that never acts needs to know neither; it must not break the function it was disabled for.
  if (settings.disabled || settings.policy.mode === 'off') return settings;
  for (const name of ['region', 'nodes'] as const) {
    if (settings[name].length > 0) continue;
    const { range } = CLIENT_OPTIONS[name];
    const variable = toVariable(name);
    throw createConfigError(`Option "${name}" is missing: pass it or set ${variable} to ${range}.`);
  }
  return settings;
}

/** The settings of a store: its options, else the client's. Throws `config_invalid`. */
export function parseStoreOptions(
  store: string,
  options: StoreOptions,
  client: ClientSettings,
): StoreSettings {
  if (!isName(store)) throw createRangeError('the name of a store', store, NAME_RANGE);
  const {
    region = client.region,
    openTimeoutMs = client.openTimeoutMs,
    strictWrites = false,
    verify = 'auto',
    origin,
    ...own
  } = checkOptions(`store("${store}")`, options, { ...STORE_OPTIONS, ...POLICY_OPTIONS });
  const policy = { ...client.policy, ...own };
  if (origin === undefined && [policy.onTimeout, policy.onUnavailable].includes('origin')) {
    throw createOriginError(store);
  }
  return { region, openTimeoutMs, strictWrites, verify, origin, policy };
}

/** What the policy `origin` needs and `store` lacks. */
export function createOriginError(store: string): RendezvousError {
  return createConfigError(
    `The policy "origin" needs rv.store("${store}", { origin }): the client of the store's home.`,
  );
}

/** The policies that some options set, checked; what they leave out is left out. Throws `config_invalid`. */
export function parsePolicy(where: string, options: PolicyOverrides): Partial<Policy> {
  return checkOptions(where, options, POLICY_OPTIONS);
}

/** As `parsePolicy`, of all that `rv.with` takes. */
export function parseCallOptions(options: CallPolicy): CallOptions {
  // Keys and `requeue` are whatever they were given as.
  return checkOptions('with', options, CALL_OPTIONS) as CallOptions;
}

/** `CallPolicy`, checked. */
type CallOptions = Partial<Policy> & Omit<CallPolicy, keyof Policy>;

/** An emergency switch: whatever is not clearly "off" is on. */
function isSwitchedOn(text: string | undefined): boolean {
  return text !== undefined && !['', '0', 'false'].includes(text);
}
