import { expect, test } from 'vitest';
import { FakeStore } from '../test/fake-store.js';
import { checkServerOptions, isSessionUrl } from './check-server-options.js';
import type { ServerOptions } from './server-options.js';

const POSTS = { name: 'posts', kind: 'fake', home: 'eu', regions: { eu: ['eu'], us: ['us'] } };
const GOOD: ServerOptions = {
  regions: ['us'],
  stores: [POSTS],
  strategies: { fake: new FakeStore().strategy },
};
const SECRET = 'secret-of-the-tests';
const GRANT = { token: SECRET, namespace: 'default', role: 'peer' } as const;

const ACCEPTED: readonly Partial<ServerOptions>[] = [
  {},
  { regions: ['us', 'ap', 'eu'] },
  { stores: [] },
  { stores: [{ ...POSTS, branchTtlMs: 1_000 }] },
  { stores: [{ ...POSTS, regions: { eu: ['eu'], us: [] } }] },
  { stores: [{ name: 'index', kind: 'fake', regions: { us: [], eu: [] } }] },
  { stores: [{ ...POSTS, regions: { eu: [], us: ['us'] } }], monitors: 'none' },
  { peers: [{ name: 'eu', endpoint: 'wss://rv.eu' }] },
  { port: 0, host: '::1' },
  { metrics: 'open' },
  { port: 65_535, host: '127.1.2.3' },
  { host: '0.0.0.0', tokens: [GRANT] },
  { limits: { frameBytesMax: 524_288, sessionCountMax: 1, waitCountMax: 1, branchCountMax: 1 } },
];

test.each(ACCEPTED)('%j is accepted', (change) => {
  checkServerOptions({ ...GOOD, ...change });
});

/** As somebody without TypeScript may write them. */
const REFUSED: readonly { readonly change: object; readonly says: string }[] = [
  { change: { namespace: 'My App' }, says: 'namespace "My App"' },
  { change: { regions: [] }, says: 'regions' },
  { change: { regions: ['US'] }, says: 'regions "US"' },
  { change: { regions: ['us', 'us'] }, says: 'regions: "us" appears twice' },
  { change: { stores: [POSTS, POSTS] }, says: 'stores: "posts" appears twice' },
  { change: { stores: [{ ...POSTS, name: '' }] }, says: 'stores ""' },
  { change: { stores: [{ ...POSTS, regions: {} }] }, says: 'stores.posts.regions' },
  {
    change: { stores: [{ ...POSTS, regions: { 'e u': [] } }] },
    says: 'stores.posts.regions "e u"',
  },
  { change: { stores: [{ ...POSTS, home: 'ap' }] }, says: 'stores.posts.home "ap"' },
  { change: { stores: [{ ...POSTS, home: 'toString' }] }, says: 'stores.posts.home "toString"' },
  { change: { stores: [{ ...POSTS, kind: 'oracle' }] }, says: 'stores.posts.kind "oracle"' },
  { change: { stores: [{ ...POSTS, kind: 'valueOf' }] }, says: 'stores.posts.kind "valueOf"' },
  { change: { stores: [{ ...POSTS, branchTtlMs: 999 }] }, says: 'stores.posts.branchTtlMs 999' },
  { change: { stores: [{ ...POSTS, branchTtlMs: NaN }] }, says: 'stores.posts.branchTtlMs NaN' },
  { change: { stores: [{ ...POSTS, home: undefined }] }, says: 'stores.posts.home' },
  { change: { stores: [{ ...POSTS, regions: { eu: [], us: ['us'] } }] }, says: 'posts.home' },
  { change: { peers: [{ name: 'E', endpoint: 'ws://eu' }] }, says: 'peers "E"' },
  { change: { peers: [{ name: 'eu', endpoint: 'http://eu' }] }, says: 'peers.eu.endpoint' },
  { change: { peers: [{ name: 'eu', endpoint: `${SECRET}@` }] }, says: 'peers.eu.endpoint' },
  { change: { metrics: 'closed' }, says: 'metrics "closed"' },
  { change: { tls: {} }, says: 'tls: a node needs cert and key' },
  { change: { tls: { ca: 'ca' } }, says: 'tls: a node needs cert and key' },
  { change: { tls: { cert: 'x', key: SECRET } }, says: 'tls.cert: holds no certificate' },
  { change: { port: -1 }, says: 'port -1' },
  { change: { port: 65_536 }, says: 'port 65536' },
  { change: { port: 1.5 }, says: 'port 1.5' },
  { change: { port: '7410' }, says: 'port 7410' },
  { change: { host: '0.0.0.0' }, says: 'host "0.0.0.0"' },
  { change: { host: '::' }, says: 'host "::"' },
  { change: { host: '' }, says: 'host ""' },
  { change: { host: '127.0.0.1.example.org' }, says: 'host "127.0.0.1.example.org"' },
  { change: { tokens: [] }, says: 'tokens' },
  { change: { tokens: [GRANT, { ...GRANT, token: '' }] }, says: 'tokens[1].token' },
  { change: { tokens: [{ ...GRANT, role: 'root' }] }, says: 'tokens[0].role' },
  { change: { tokens: [{ ...GRANT, namespace: '*' }] }, says: 'tokens[0].namespace' },
  { change: { monitors: 'outside' }, says: 'monitors "outside"' },
  { change: { modeCeiling: 'strict' }, says: 'modeCeiling "strict"' },
  { change: { limits: { frameBytesMax: 1_000 } }, says: 'limits.frameBytesMax 1000' },
  { change: { limits: { sessionCountMax: 0 } }, says: 'limits.sessionCountMax 0' },
  { change: { limits: { waitCountMax: Infinity } }, says: 'limits.waitCountMax Infinity' },
  { change: { limits: { branchesMax: 5 } }, says: 'limits.branchesMax' },
];

test.each(REFUSED)('$change is config_invalid and says $says', ({ change, says }) => {
  const options = { ...GOOD, ...change };
  expect(() => checkServerOptions(options)).toThrow(`[config_invalid] `);
  expect(() => checkServerOptions(options)).toThrow(says);
  expect(() => checkServerOptions(options)).not.toThrow(SECRET);
});

const URLS: readonly (readonly [text: string, isOne: boolean])[] = [
  ['ws://127.0.0.1:7410', true],
  ['wss://rv.eu/path', true],
  ['WS://HOST', true],
  ['http://host', false],
  ['ws:/', false],
  ['host:7410', false],
  ['', false],
];

test.each(URLS)('isSessionUrl() says of "%s": %s', (text, isOne) => {
  expect(isSessionUrl(text)).toBe(isOne);
});
