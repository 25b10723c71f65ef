import type { ServerOptions } from '@rendezvous/server';
import { expect, test } from 'vitest';
import { parseConfig } from './parse-config.js';
import { toMonitorOptions } from './to-monitor-options.js';
import { createStrategies } from './strategies.js';
import { toServerOptions } from './to-server-options.js';
import type { ServeFlags } from './to-server-options.js';

const config = parseConfig(
  {
    namespace: 'shop',
    regions: {
      eu: { node: 'ws://127.0.0.1:7411' },
      'eu-replica': { servedBy: 'eu' },
      us: { node: 'wss://rv.us:8443' },
      ap: { node: 'wss://rv.ap' },
    },
    stores: {
      app: {
        kind: 'postgres',
        home: 'eu',
        regions: {
          eu: 'postgres://primary',
          'eu-replica': 'postgres://near',
          us: ['postgres://us-a', 'postgres://us-b'],
        },
        branchTtlMs: 60_000,
      },
      audit: { kind: 'postgres', home: 'us', regions: { us: 'postgres://audit', ap: [] } },
    },
    policy: { mode: 'observe' },
  },
  'rendezvous.config.ts',
);
const single = parseConfig(
  { regions: { eu: { node: 'ws://localhost' }, near: { servedBy: 'eu' } }, stores: {} },
  'rendezvous.config.ts',
);
const strategies = createStrategies();
const log = (): void => undefined;
const flags: ServeFlags = { regions: [], nodes: [], monitors: 'inside', log };

test('a node serves its region and those that say so, and takes the others as peers', () => {
  expect(toServerOptions(config, { ...flags, regions: ['eu'] }, strategies)).toEqual({
    namespace: 'shop',
    regions: ['eu', 'eu-replica'],
    port: 7411,
    modeCeiling: 'observe',
    stores: [
      {
        name: 'app',
        kind: 'postgres',
        home: 'eu',
        regions: {
          eu: ['postgres://primary'],
          'eu-replica': ['postgres://near'],
          us: ['postgres://us-a', 'postgres://us-b'],
        },
        branchTtlMs: 60_000,
      },
      {
        name: 'audit',
        kind: 'postgres',
        home: 'us',
        regions: { us: ['postgres://audit'], ap: [] },
      },
    ],
    peers: [
      { name: 'us', endpoint: 'wss://rv.us:8443' },
      { name: 'ap', endpoint: 'wss://rv.ap' },
    ],
    strategies,
    monitors: 'inside',
    log,
  });
});

test('one node may serve several regions, and is no peer of itself', () => {
  const options = toServerOptions(config, { ...flags, regions: ['us', 'eu'] }, strategies);
  expect(options.regions).toEqual(['eu', 'eu-replica', 'us']);
  expect(options.peers).toEqual([{ name: 'ap', endpoint: 'wss://rv.ap' }]);
});

test('the only node needs no --region', () => {
  const options = toServerOptions(single, flags, strategies);
  expect(options.regions).toEqual(['eu', 'near']);
  expect(options.peers).toEqual([]);
});

test('the port is the flag, else that of a ws:// node; a wss:// URL names a proxy', () => {
  const portOf = (region: string, port?: number): number | undefined =>
    toServerOptions(config, { ...flags, regions: [region], port }, strategies).port;
  expect(portOf('eu')).toBe(7411);
  expect(portOf('eu', 0)).toBe(0);
  expect(portOf('us')).toBeUndefined();
  expect(toServerOptions(single, flags, strategies)).not.toHaveProperty('port');
});

test('the port of a wss:// node is its own where it speaks TLS, that of a ws:// node then is not', () => {
  const tls = { cert: 'cert', key: 'key' };
  const secure = parseConfig(
    { regions: { eu: { node: 'wss://eu:7443' }, us: { node: 'ws://us:7411' } }, stores: {} },
    'rendezvous.config.ts',
  );
  const optionsOf = (region: string): object =>
    toServerOptions(secure, { ...flags, regions: [region], tls }, strategies);
  expect(optionsOf('eu')).toMatchObject({ port: 7443, tls });
  expect(optionsOf('us')).not.toHaveProperty('port');
});

test('host, tokens and the token for peers are passed on', () => {
  const tokens = [{ token: 'secret', namespace: 'shop', role: 'writer' }] as const;
  const given = { regions: ['eu', 'us'], host: '0.0.0.0', tokens, peerToken: 'peer' };
  const options = toServerOptions(config, { ...flags, ...given }, strategies);
  expect(options).toMatchObject({ host: '0.0.0.0', tokens });
  expect(options.peers).toEqual([{ name: 'ap', endpoint: 'wss://rv.ap', token: 'peer' }]);
});

const several = parseConfig(
  {
    regions: { eu: { node: 'ws://rv.eu' }, us: { node: ['ws://us:7411', 'ws://us:7412'] } },
    stores: {
      app: { kind: 'postgres', home: 'eu', regions: { eu: 'postgres://eu', us: 'postgres://us' } },
    },
  },
  'rendezvous.config.ts',
);

test('a region with several nodes has them as peers of each other, under names of their own', () => {
  const optionsOf = (node: string): ServerOptions =>
    toServerOptions(several, { ...flags, nodes: [node] }, strategies);
  expect(optionsOf('ws://us:7412')).toMatchObject({
    regions: ['us'],
    port: 7412,
    peers: [
      { name: 'eu', endpoint: 'ws://rv.eu' },
      { name: 'us', endpoint: 'ws://us:7411' },
    ],
  });
  expect(optionsOf('ws://rv.eu').peers).toEqual([
    { name: 'us', endpoint: 'ws://us:7411' },
    { name: 'us-2', endpoint: 'ws://us:7412' },
  ]);
});

test('a monitor alone reports to every node of its region, unless one is named', () => {
  const endpointsOf = (node?: string): string[] =>
    toMonitorOptions(several, { store: 'app', region: 'us', node, log }, strategies).map(
      ({ endpoint }) => endpoint,
    );
  expect(endpointsOf()).toEqual(['ws://us:7411', 'ws://us:7412']);
  expect(endpointsOf('ws://us:7412')).toEqual(['ws://us:7412']);
});

const wrongRegions: readonly [regions: readonly string[], message: string][] = [
  [
    [],
    'the configuration has 3 nodes; say which this is: --region eu or --region us or --region ap',
  ],
  [['eu-replica'], 'the region "eu-replica" is served by the nodes of "eu": use --region eu'],
  [['uss'], 'the configuration has no region "uss". Did you mean "us"?'],
];

test.each(wrongRegions)('regions %j are rejected: %s', (regions, message) => {
  expect(() => toServerOptions(config, { ...flags, regions }, strategies)).toThrow(
    `[config_invalid] ${message}`,
  );
});

test('a monitor watches every replica of its region and reports to its node', () => {
  const [options, ...others] = toMonitorOptions(
    config,
    { store: 'app', region: 'us', log },
    strategies,
  );
  expect(others).toEqual([]);
  expect(options).toEqual({
    endpoint: 'wss://rv.us:8443',
    namespace: 'shop',
    store: 'app',
    region: 'us',
    replicas: [
      { name: 'us-1', endpoint: 'postgres://us-a' },
      { name: 'us-2', endpoint: 'postgres://us-b' },
    ],
    primary: 'postgres://primary',
    strategy: strategies.postgres,
    log,
  });
});

test('a monitor of one replica keeps its number; a served region has its server as node', () => {
  const one = { store: 'app', region: 'us', replica: 'us-2', node: 'ws://x', token: 't', log };
  expect(toMonitorOptions(config, one, strategies)).toMatchObject([
    { endpoint: 'ws://x', token: 't', replicas: [{ name: 'us-2', endpoint: 'postgres://us-b' }] },
  ]);
  const near = { store: 'app', region: 'eu-replica', log };
  expect(toMonitorOptions(config, near, strategies)).toMatchObject([
    { endpoint: 'ws://127.0.0.1:7411' },
  ]);
});

const wrongMonitors: readonly [
  store: string,
  region: string,
  replica: string | undefined,
  message: string,
][] = [
  ['ap', 'us', undefined, 'the configuration has no store "ap". Did you mean "app"?'],
  ['app', 'uk', undefined, 'the configuration has no region "uk".'],
  ['app', 'ap', undefined, 'the store "app" has no replica in the region "ap"'],
  ['audit', 'ap', undefined, 'the store "audit" has no replica in the region "ap"'],
  ['app', 'eu', undefined, '"eu" is the home of "app"'],
  ['app', 'us', 'us-3', '"app" has no replica "us-3" in "us": use --replica us-1 or us-2'],
];

test.each(wrongMonitors)(
  'a monitor of %s in %s (%s) is rejected: %s',
  (store, region, replica, message) => {
    expect(() => toMonitorOptions(config, { store, region, replica, log }, strategies)).toThrow(
      `[config_invalid] ${message}`,
    );
  },
);
