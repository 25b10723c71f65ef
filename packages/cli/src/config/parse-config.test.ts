import { RendezvousError } from '@rendezvous/protocol';
import { expect, test } from 'vitest';
import { parseConfig } from './parse-config.js';

const regions = { eu: { node: 'ws://127.0.0.1:7410' }, 'eu-replica': { servedBy: 'eu' } };
const app = {
  kind: 'postgres',
  home: 'eu',
  regions: { eu: 'postgres://primary/db', 'eu-replica': ['postgres://replica/db'] },
};

/** The message of the error that `input` causes, without the line that names code and file. */
function problemsOf(input: unknown): string[] {
  try {
    parseConfig(input, 'rendezvous.config.ts');
  } catch (error) {
    if (!(error instanceof RendezvousError)) throw error;
    const [head, ...problems] = error.message.split('\n  ');
    expect(error.code).toBe('config_invalid');
    expect(head).toBe('[config_invalid] rendezvous.config.ts:');
    return problems;
  }
  return [];
}

test('a whole configuration is taken over, single endpoints as lists', () => {
  const store = { ...app, branchTtlMs: 60_000 };
  const config = parseConfig(
    { namespace: 'shop', regions, stores: { app: store }, policy: { mode: 'observe' } },
    'rendezvous.config.ts',
  );
  expect(config).toEqual({
    namespace: 'shop',
    regions: new Map<string, object>([
      ['eu', { node: ['ws://127.0.0.1:7410'] }],
      ['eu-replica', { servedBy: 'eu' }],
    ]),
    stores: new Map([
      [
        'app',
        {
          ...store,
          regions: new Map([
            ['eu', ['postgres://primary/db']],
            ['eu-replica', ['postgres://replica/db']],
          ]),
        },
      ],
    ]),
    policy: { mode: 'observe' },
  });
});

test('a store may be Redis, with or without TLS', () => {
  const cache = {
    kind: 'redis',
    home: 'eu',
    regions: { eu: 'redis://primary:6379', 'eu-replica': ['rediss://user:secret@replica:6380'] },
  };
  expect(problemsOf({ regions, stores: { cache } })).toEqual([]);
});

test('a configuration needs no namespace, policy, or store', () => {
  expect(problemsOf({ regions, stores: {} })).toEqual([]);
});

test('a region without replicas is one whose branches the application closes', () => {
  const search = { ...app, regions: { ...app.regions, 'eu-replica': [] } };
  expect(problemsOf({ regions, stores: { search } })).toEqual([]);
});

const wrong: readonly [title: string, input: unknown, problems: readonly string[]][] = [
  ['nothing', undefined, ['the configuration: is missing']],
  ['no object', 'eu', ['the configuration: must be an object']],
  ['an empty object', {}, ['regions: is missing', 'stores: is missing']],
  [
    'an unknown key at the top',
    { regions, stores: {}, polices: {} },
    ['the configuration: unknown key "polices". Did you mean "policy"?'],
  ],
  [
    'unknown keys below',
    { regions: { eu: { nodes: 'ws://x' } }, stores: {} },
    ['regions.eu: unknown key "nodes". Did you mean "node"?'],
  ],
  [
    'an unknown key of a store',
    { regions, stores: { app: { ...app, branchTtl: 5, engine: 'x' } } },
    ['stores.app: unknown key "branchTtl". Did you mean "branchTtlMs"? unknown key "engine".'],
  ],
  [
    'an unknown policy',
    { regions, stores: {}, policy: { mode: 'lenient' } },
    ['policy.mode: must be "enforce" or "observe" or "off"'],
  ],
  [
    'a policy that nodes do not have',
    { regions, stores: {}, policy: { timeoutMs: 5 } },
    ['policy: unknown key "timeoutMs".'],
  ],
  ['no region', { regions: {}, stores: {} }, ['regions: at least one region needs a "node"']],
  [
    'a region with neither node nor servedBy',
    { regions: { ...regions, us: {} }, stores: {} },
    ['regions.us: needs either "node" or "servedBy"'],
  ],
  [
    'a region with both',
    { regions: { ...regions, us: { node: 'ws://us', servedBy: 'eu' } }, stores: {} },
    ['regions.us: needs either "node" or "servedBy"'],
  ],
  [
    'a node that is not a WebSocket URL',
    { regions: { eu: { node: 'https://rv.eu' } }, stores: {} },
    ['regions.eu.node.0: must be a ws:// or wss:// URL'],
  ],
  [
    'a region whose list of nodes is empty',
    { regions: { eu: { node: [] } }, stores: {} },
    ['regions.eu.node: must be 1 to 16 URLs'],
  ],
  [
    'a node that is listed twice',
    { regions: { eu: { node: ['ws://rv', 'ws://b', 'ws://rv/'] } }, stores: {} },
    ['regions.eu.node.2: is there twice'],
  ],
  [
    'a second node that is named like a region',
    { regions: { us: { node: ['ws://a', 'ws://b'] }, 'us-2': { servedBy: 'us' } }, stores: {} },
    ['regions.us.node.1: is named "us-2" like a region; rename one of the regions'],
  ],
  [
    'a second node whose name would be too long',
    { regions: { ['u'.repeat(31)]: { node: ['ws://a', 'ws://b'] } }, stores: {} },
    [
      `regions.${'u'.repeat(31)}.node.1: is named "${'u'.repeat(31)}-2", which is too long; rename "${'u'.repeat(31)}"`,
    ],
  ],
  [
    'servedBy a region that does not exist',
    { regions: { eu: { node: 'ws://eu' }, us: { servedBy: 'toString' } }, stores: {} },
    ['regions.us.servedBy: there is no region "toString".'],
  ],
  [
    'servedBy a region without a node',
    { regions: { ...regions, us: { servedBy: 'eu-replica' } }, stores: {} },
    ['regions.us.servedBy: "eu-replica" has no node of its own; name a region with "node"'],
  ],
  [
    'one node for two regions',
    { regions: { eu: { node: 'ws://rv' }, us: { node: 'ws://rv/' } }, stores: {} },
    [`regions.us.node.0: is a node of "eu"; write servedBy: 'eu'`],
  ],
  [
    'names that are none',
    { namespace: 'My shop', regions: { EU: { node: 'ws://eu' } }, stores: { '-': app } },
    [
      'namespace: must be 1 to 32 of a-z, 0-9 and "-", and not start with "-"',
      'regions.EU: must be 1 to 32 of a-z, 0-9 and "-", and not start with "-"',
      'stores.-: must be 1 to 32 of a-z, 0-9 and "-", and not start with "-"',
    ],
  ],
  [
    'a kind of store that there is not',
    { regions, stores: { app: { ...app, kind: 'postgresql' } } },
    [
      'stores.app.kind: must be "dynamodb" or "mariadb" or "mysql" or "postgres" or "redis" or "redis-cluster" or "s3"',
    ],
  ],
  [
    'no home',
    { regions, stores: { app: { kind: 'postgres', regions: app.regions } } },
    ['stores.app.home: is missing'],
  ],
  [
    'a home outside the store',
    { regions, stores: { app: { ...app, home: 'us' } } },
    [`stores.app.home: "us" is not one of the store's regions`],
  ],
  [
    'a home named like a property of every object',
    { regions, stores: { app: { ...app, home: 'constructor' } } },
    [`stores.app.home: "constructor" is not one of the store's regions`],
  ],
  [
    'two primaries',
    {
      regions,
      stores: { app: { ...app, regions: { eu: ['postgres://a', 'postgres://b'] } } },
    },
    [`stores.app.regions.eu: the home has one endpoint, the primary's`],
  ],
  [
    'a store in a region that does not exist',
    { regions, stores: { app: { ...app, regions: { ...app.regions, euu: 'postgres://x' } } } },
    ['stores.app.regions.euu: there is no region "euu". Did you mean "eu"?'],
  ],
  [
    'endpoints of the wrong type',
    { regions, stores: { app: { ...app, regions: { eu: 5, 'eu-replica': [5] } } } },
    [
      'stores.app.regions.eu: must be a URL or a list of URLs',
      'stores.app.regions.eu-replica.0: must be a text',
    ],
  ],
  [
    'endpoints that are no URLs',
    { regions, stores: { app: { ...app, regions: { eu: 'primary' } } } },
    ['stores.app.regions.eu.0: must be a URL'],
  ],
  [
    'endpoints of another kind of store',
    {
      regions,
      stores: {
        app: { ...app, regions: { eu: 'postgres://a', 'eu-replica': ['redis://b'] } },
        cache: { kind: 'redis', home: 'eu', regions: { eu: 'postgresql://a' } },
      },
    },
    [
      'stores.app.regions.eu-replica.0: must be a postgres:// or postgresql:// URL',
      'stores.cache.regions.eu.0: must be a redis:// or rediss:// URL',
    ],
  ],
  [
    'a lifetime out of range',
    { regions, stores: { app: { ...app, branchTtlMs: 10 } } },
    ['stores.app.branchTtlMs: must be at least 1000'],
  ],
  [
    'a lifetime that is no whole number',
    { regions, stores: { app: { ...app, branchTtlMs: 1000.5 } } },
    ['stores.app.branchTtlMs: must be a whole number'],
  ],
];

test.each(wrong)('%s is rejected with what to change', (_title, input, problems) => {
  expect(problemsOf(input)).toEqual(problems);
});

test('a message never shows an endpoint, which may hold a password', () => {
  const store = { ...app, regions: { eu: 'https://user:secret@primary/db' } };
  expect(problemsOf({ regions, stores: { app: store } }).join()).not.toContain('secret');
});
