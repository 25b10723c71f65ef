// How a function trusts a private authority: both ways that docs/reference/client.md names.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createRendezvous, type Rendezvous, type RendezvousOptions } from '@rendezvous/client';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createAuthorities } from '../../test/authorities.js';
import { POSTS } from '../../test/cluster.js';
import { FakeStore } from '../../test/fake-store.js';
import { createServer, type Server } from '../create-server.js';
import type { TlsOptions } from './tls-options.js';

const { authority, node, mutual } = await createAuthorities();
const { ca } = authority;
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

async function start(tls: TlsOptions): Promise<Server> {
  const strategies = { fake: new FakeStore().strategy };
  const shared = { regions: ['us'], stores: [POSTS], strategies, port: 0 };
  const server = await createServer({ ...shared, tls });
  onTestFinished(() => server.shutdown());
  return server;
}

/** Opens a branch in a process of its own; resolves with whether the node has acknowledged it. */
async function openInProcess(nodes: string, env: Record<string, string>): Promise<string> {
  const script = `
    import { createRendezvous } from '@rendezvous/client';
    const rv = createRendezvous({ region: 'us', nodes: ${JSON.stringify(nodes)}, log: () => {} });
    const branch = await rv.run(undefined, () => rv.open({ store: 'posts', position: '1' }));
    console.log(branch.acknowledged);
    await rv.shutdown();
  `;
  const flags = ['--conditions=rendezvous-source', '--import', 'tsx', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', script], {
    cwd: PACKAGE,
    env: { ...process.env, ...env },
    timeout: 30_000,
  });
  return stdout.trim();
}

test('a function trusts a private authority by NODE_EXTRA_CA_CERTS, and not without it', async () => {
  const { url } = await start(node);
  const folder = await mkdtemp(join(tmpdir(), 'rendezvous-tls-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  await writeFile(file, ca);
  expect(await openInProcess(url, { NODE_EXTRA_CA_CERTS: file })).toBe('true');
  expect(await openInProcess(url, { NODE_EXTRA_CA_CERTS: '' })).toBe('false');
});

function createClient(nodes: string, webSocket: RendezvousOptions['webSocket']): Rendezvous {
  const rv = createRendezvous({ region: 'us', nodes, webSocket, log: () => undefined });
  onTestFinished(() => rv.shutdown());
  return rv;
}

async function isAcknowledged(rv: Rendezvous): Promise<boolean> {
  const branch = await rv.run(undefined, () => rv.open({ store: 'posts', position: '1' }));
  return branch.acknowledged;
}

test('a function presents a certificate through the sockets that it injects', async () => {
  const { url } = await start(mutual);
  const { cert, key } = await authority.issue({ name: 'function', usage: 'client' });
  const known = createClient(url, (at) => new WebSocket(at, { ca, cert, key }));
  expect(await isAcknowledged(known)).toBe(true);
  const unknown = createClient(url, (at) => new WebSocket(at, { ca }));
  expect(await isAcknowledged(unknown)).toBe(false);
});
