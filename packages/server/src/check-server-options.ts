/** Judges the options of a node, so that what makes no sense is refused before anything starts. */
import { isName, type Mode, RendezvousError } from '@rendezvous/protocol';
import type { NodeLimits, ServerOptions, StoreConfig } from './server-options.js';
import { assertGrant } from './session/tokens.js';
import { checkTls } from './tls/check-tls.js';
import type { ClientTlsOptions } from './tls/tls-options.js';

const MODES: readonly Mode[] = ['enforce', 'observe', 'off'];
const MONITORS: readonly string[] = ['inside', 'none'];
const METRICS: readonly string[] = ['admin', 'open'];
const PORT_MAX = 65_535;
const BRANCH_TTL_MIN_MS = 1_000;
const BRANCH_TTL_MAX_MS = 604_800_000;

type Range = readonly [min: number, max: number];

const LIMIT_RANGES: Readonly<Record<keyof NodeLimits, Range>> = {
  branchCountMax: [1, 10_000_000],
  waitCountMax: [1, 1_000_000],
  // An open with the most keys, or a peer's report, fits into the least.
  frameBytesMax: [524_288, 16_777_216],
  sessionCountMax: [1, 1_000_000],
};

/** Throws `config_invalid`, naming the option and its value; a value that may be secret is not named. */
export function checkServerOptions(options: ServerOptions): void {
  const { namespace = 'default', regions, stores, peers = [], host = '127.0.0.1' } = options;
  checkName('namespace', namespace);
  if (regions.length === 0) throw invalid('regions: name at least one that this node serves');
  checkNames('regions', regions);
  checkNames('stores', namesOf(stores));
  checkNames('peers', namesOf(peers));
  for (const store of stores) checkStore(store, options);
  for (const { name, endpoint } of peers) {
    if (!isSessionUrl(endpoint)) throw invalid(`peers.${name}.endpoint: a ws:// or wss:// URL`);
  }
  if (!options.tokens && !isLoopback(host)) {
    throw invalid(`host "${host}": a node without tokens listens on loopback only; give tokens`);
  }
  if (options.tokens?.length === 0) throw invalid('tokens: none, so nobody could come');
  options.tokens?.forEach((grant, index) => {
    assertGrant(grant, `tokens[${index}]`);
  });
  checkRange('port', options.port ?? 0, [0, PORT_MAX]);
  checkOneOf('metrics', options.metrics ?? 'admin', METRICS);
  if (options.tls) checkNodeTls(options.tls);
  checkOneOf('monitors', options.monitors ?? 'inside', MONITORS);
  checkOneOf('modeCeiling', options.modeCeiling ?? 'enforce', MODES);
  checkLimits(options.limits ?? {});
}

/** A node cannot do without a certificate; somebody without TypeScript may try. */
function checkNodeTls(tls: ClientTlsOptions): void {
  if (tls.cert === undefined || tls.key === undefined) {
    throw invalid('tls: a node needs cert and key');
  }
  checkTls(tls, Date.now());
}

/** Whether a session can be had there, as far as the text tells. */
export function isSessionUrl(text: string): boolean {
  return URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol);
}

function checkStore(store: StoreConfig, options: ServerOptions): void {
  const { name, kind, home, regions, branchTtlMs = BRANCH_TTL_MIN_MS } = store;
  const option = `stores.${name}`;
  const names = Object.keys(regions);
  if (names.length === 0) throw invalid(`${option}.regions: name at least one`);
  checkNames(`${option}.regions`, names);
  if (home !== undefined && !names.includes(home)) {
    throw invalid(`${option}.home "${home}": not one of its regions`);
  }
  if (!Object.hasOwn(options.strategies, kind)) {
    const known = Object.keys(options.strategies).join(', ') || 'none';
    throw invalid(`${option}.kind "${kind}": no such strategy; there is: ${known}`);
  }
  checkRange(`${option}.branchTtlMs`, branchTtlMs, [BRANCH_TTL_MIN_MS, BRANCH_TTL_MAX_MS]);
  const watched = names.find(
    (region) =>
      region !== home && options.regions.includes(region) && regions[region]?.length !== 0,
  );
  if (watched === undefined || options.monitors === 'none' || regions[home ?? '']?.length) return;
  throw invalid(
    `${option}.home: give the primary's URL, or the replicas in ${watched} go unwatched`,
  );
}

function checkLimits(limits: Partial<NodeLimits>): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!isLimit(name)) throw invalid(`limits.${name.slice(0, 40)}: unknown`);
    checkRange(`limits.${name}`, value, LIMIT_RANGES[name]);
  }
}

function isLimit(name: string): name is keyof NodeLimits {
  return Object.hasOwn(LIMIT_RANGES, name);
}

function namesOf(things: readonly { readonly name: string }[]): readonly string[] {
  return things.map(({ name }) => name);
}

function checkNames(option: string, names: readonly string[]): void {
  for (const name of names) checkName(option, name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`${option}: "${twice}" appears twice`);
}

function checkName(option: string, name: string): void {
  if (!isName(name)) {
    throw invalid(`${option} "${name.slice(0, 40)}": must match [a-z0-9][a-z0-9-]{0,31}`);
  }
}

function checkRange(option: string, value: number, [min, max]: Range): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalid(`${option} ${value}: a whole number from ${min} to ${max}`);
}

function checkOneOf(option: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) {
    throw invalid(`${option} "${value.slice(0, 40)}": one of ${known.join(', ')}`);
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function invalid(message: string): RendezvousError {
  return new RendezvousError('config_invalid', message);
}
