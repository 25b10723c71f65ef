import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCounters } from './counters.js';
import { DEFAULT_TIMINGS } from './failover/session-timings.js';
import { toVariable } from './option-spec.js';
import { CLIENT_OPTIONS, parseClientOptions, parseStoreOptions } from './options.js';
import type { StoreSettings } from './options.js';
import { TIMEOUT_MS_DEFAULT } from './policy.js';

const DEFAULT_POLICY = {
  mode: 'enforce',
  timeoutMs: 5_000,
  onTimeout: 'throw',
  onUnavailable: 'proceed',
  onMissing: 'proceed',
  speculate: true,
};

const REQUIRED = { region: 'us', nodes: 'ws://127.0.0.1:7410' };
function readReference(): string {
  return readFileSync(REFERENCE, 'utf8').replaceAll(/ +/g, ' ');
}

const REFERENCE = new URL('../../../docs/reference/client.md', import.meta.url);

test('options win over the environment, and that over defaults', () => {
  const env = {
    RENDEZVOUS_REGION: 'eu',
    RENDEZVOUS_NODES: 'wss://a | wss://a2, ws://b:1',
    RENDEZVOUS_TIMEOUT_MS: '70',
    RENDEZVOUS_ON_TIMEOUT: 'proceed',
    RENDEZVOUS_NAMESPACE: '',
  };
  expect(parseClientOptions({ region: 'us' }, env)).toMatchObject({
    disabled: false,
    region: 'us',
    nodes: [['wss://a', 'wss://a2'], ['ws://b:1']],
    namespace: 'default',
    policy: { ...DEFAULT_POLICY, timeoutMs: 70, onTimeout: 'proceed' },
  });
});

test.each(['1', 'true', 'yes'])('RENDEZVOUS_DISABLED=%s switches everything off', (text) => {
  const env = { RENDEZVOUS_DISABLED: text };
  expect(parseClientOptions({}, env).disabled).toBe(true);
});

test.each(['0', 'false', ''])('RENDEZVOUS_DISABLED=%s does not', (text) => {
  const env = { RENDEZVOUS_DISABLED: text };
  expect(parseClientOptions(REQUIRED, env).disabled).toBe(false);
});

test.each([
  [{ ...REQUIRED, timeoutMs: 900_001 }, /"timeoutMs" is 900001: it must be a whole number/],
  [{ ...REQUIRED, timeoutMs: 1.5 }, /"timeoutMs" is 1.5/],
  [{ ...REQUIRED, mode: 'strict' }, /"mode" is "strict": it must be enforce, observe or off/],
  [{ ...REQUIRED, onMissing: 'requeue' }, /must be throw or proceed/],
  [{ ...REQUIRED, region: 'EU' }, /"region" is "EU"/],
  [{ ...REQUIRED, nodes: 'http://u:secret@h' }, /"nodes" is "\(not shown\)"/],
  [{ ...REQUIRED, nodes: [] }, /"nodes"/],
  [{ ...REQUIRED, nodes: 'ws://a||ws://b' }, /"nodes"/],
  [{ ...REQUIRED, nodes: Array(17).fill('ws://a') }, /at most 16/],
  [{ ...REQUIRED, webSocket: 1 }, /"webSocket" is 1/],
  [{ ...REQUIRED, timeout: 1 }, /no option "timeout"/],
])('a mistake is refused by name and value: %j', (options, message) => {
  expect(() => parseClientOptions(options as object, {})).toThrow(message);
});

test('a mistake in the environment names its variable', () => {
  const env = { RENDEZVOUS_TIMEOUT_MS: '5s' };
  expect(() => parseClientOptions(REQUIRED, env)).toThrow(/RENDEZVOUS_TIMEOUT_MS.*"5s"/);
});

test('the options of a store are checked like those of the client, and win over them', () => {
  const client = parseClientOptions({ ...REQUIRED, timeoutMs: 7, openTimeoutMs: 8 }, {});
  const parse = (name: string, options: object): StoreSettings =>
    parseStoreOptions(name, options, client);
  const undefinedOptions = { timeoutMs: undefined, openTimeoutMs: undefined };
  expect(parse('posts', undefinedOptions)).toEqual({
    region: 'us',
    origin: undefined,
    strictWrites: false,
    verify: 'auto',
    openTimeoutMs: 8,
    policy: client.policy,
  });
  expect(parse('posts', { timeoutMs: 0, speculate: false }).policy).toEqual({
    ...client.policy,
    timeoutMs: 0,
    speculate: false,
  });
  expect(() => parse('Posts', {})).toThrow(/name of a store is "Posts"/);
  expect(() => parse('posts', { strictWrites: 'maybe' })).toThrow(/strictWrites/);
  expect(() => parse('posts', { onUnavailable: 'origin' })).toThrow(/policy "origin" needs/);
  expect(() => parse('posts', { nodes: 'ws://x' })).toThrow(/no option "nodes"/);
});

test('a datastore’s own default for timeoutMs holds only where nobody gave one', () => {
  const isDefault = (
    options: object,
    env: Readonly<Record<string, string>>,
    store: object = {},
  ): boolean => {
    const client = parseClientOptions({ ...REQUIRED, ...options }, env);
    return !('timeoutMs' in parseStoreOptions('posts', store, client).policy);
  };
  expect(isDefault({}, {})).toBe(true);
  expect(isDefault({ timeoutMs: 5_000 }, {})).toBe(false);
  expect(isDefault({}, { RENDEZVOUS_TIMEOUT_MS: '5000' })).toBe(false);
  expect(isDefault({}, {}, { timeoutMs: 5_000 })).toBe(false);
});

test('the reference lists every option with its variable, default and range', () => {
  const reference = readReference();
  const rows = Object.entries(CLIENT_OPTIONS).map(([name, spec]) => {
    const { env, range } = spec as { env?: true; range: string };
    return `| \`${name}\` | ${env ? `\`${toVariable(name)}\`` : ''} | ${toDefaultText(name)} | ${range} |`;
  });
  const table = reference
    .split('\n')
    .filter((line) => /^\| `\w+` \| (`RENDEZVOUS_\w+` )?\| [^|]* \| [^|]* \|$/.test(line));
  expect(table.map(normalise)).toEqual(rows.map(normalise));
});

/** How the reference writes the defaults that are not plain values. */
const DEFAULT_TEXTS: Readonly<Record<string, string>> = {
  region: 'required',
  nodes: 'required',
  token: 'none',
  webSocket: '`globalThis.WebSocket`, else `ws`',
  log: 'a warning of the process',
  timeoutMs: `\`${TIMEOUT_MS_DEFAULT.toLocaleString('en')}\``,
};

function toDefaultText(name: string): string {
  const { default: value } = CLIENT_OPTIONS[name as keyof typeof CLIENT_OPTIONS];
  const text = typeof value === 'number' ? value.toLocaleString('en') : String(value);
  return DEFAULT_TEXTS[name] ?? `\`${text}\``;
}

function normalise(row: string): string {
  return row.replaceAll(/\s+/g, ' ');
}

test('the reference lists every counter', () => {
  const reference = readReference();
  const counters = reference.slice(
    reference.indexOf('## Counters'),
    reference.indexOf('## The connection'),
  );
  const listed = [...counters.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(Object.keys(createCounters().snapshot()).sort());
});

test('the reference states the times of failover that hold', () => {
  const reference = readReference();
  const failover = reference.slice(reference.indexOf('### Failover'));
  const { silenceMsMax, ...stated } = DEFAULT_TIMINGS;
  for (const timeMs of Object.values(stated)) {
    expect(failover).toContain(`${timeMs.toLocaleString('en')} ms`);
  }
  // Silence is counted in thirds, and may begin right after a count.
  expect(failover).toContain(`${silenceMsMax / 1_000} s to ${silenceMsMax / 750} s`);
});
