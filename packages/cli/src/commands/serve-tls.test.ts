// TLS as an operator sets it up: files, flags, environment names, and SIGHUP.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestAuthority } from '@rendezvous/testkit';
import { expect, test, vi } from 'vitest';
import { createCapturedIo } from '../../test/captured-io.js';
import { askStatus, startServing } from '../../test/serving.js';
import { createTemporaryFolder } from '../../test/temporary-folder.js';
import { toRunnable } from '../command.js';
import * as monitor from './monitor.js';

vi.setConfig({ testTimeout: 20_000 });

const authority = await createTestAuthority();
const [node, client] = [await authority.issue(), await authority.issue({ usage: 'client' })];
const stranger = await createTestAuthority();

const regions = { eu: { node: 'wss://127.0.0.1:7410' }, us: { servedBy: 'eu' } };
const endpoints = { eu: 'postgres://127.0.0.1:1/db', us: 'postgres://127.0.0.1:1/db' };
const FILES = {
  'rendezvous.config.json': JSON.stringify({
    regions,
    stores: { app: { kind: 'postgres', home: 'eu', regions: endpoints } },
  }),
  'ca.pem': authority.ca,
  'node.pem': node.cert,
  'node-key.pem': node.key,
  'client.pem': client.cert,
  'client-key.pem': client.key,
  'old.pem': (await authority.issue({ notBefore: new Date(0), notAfter: new Date(1_000) })).cert,
};
const NODE = ['--monitors', 'none', '--tls-cert', 'node.pem', '--tls-key', 'node-key.pem'];
const CLIENT = ['--tls-ca', 'ca.pem', '--tls-cert', 'client.pem', '--tls-key', 'client-key.pem'];

async function readyUrl(io: { readonly firstLine: Promise<string> }): Promise<string> {
  return (JSON.parse(await io.firstLine) as { url: string }).url;
}

test('serve speaks mutual TLS, and status and monitor present a certificate', async () => {
  const cwd = await createTemporaryFolder(FILES);
  const { io } = startServing(cwd, ['--json', ...NODE, '--tls-ca', 'ca.pem']);
  const url = await readyUrl(io);
  expect(url).toMatch(/^wss:/);
  await askStatus(url, CLIENT, { cwd });
  const untrusted = askStatus(url, ['--tls-ca', 'ca.pem'], { cwd });
  await expect(untrusted).rejects.toMatchObject({ code: 'unavailable' });
  const args = ['--store', 'app', '--region', 'us', '--node', url, ...CLIENT];
  const parsed = toRunnable(monitor).parse(args, {});
  if (parsed.kind !== 'ready') throw new Error(`cannot monitor: ${parsed.kind}`);
  const monitorIo = createCapturedIo({ cwd });
  const monitoring = parsed.run(monitorIo);
  // The node lets it in; the replica is not there.
  expect(await monitorIo.firstLogLine).toContain('monitor_detached');
  monitorIo.interrupt();
  await monitoring;
});

test('the environment names the files, too', async () => {
  const cwd = await createTemporaryFolder(FILES);
  const files = { RENDEZVOUS_TLS_CERT: 'node.pem', RENDEZVOUS_TLS_KEY: 'node-key.pem' };
  const { io } = startServing(cwd, ['--json', '--monitors', 'none'], files);
  const env = { RENDEZVOUS_TLS_CA: 'ca.pem' };
  await askStatus(await readyUrl(io), [], { env, cwd });
});

test('SIGHUP reads the files again; what cannot be used is logged, and the node goes on', async () => {
  const cwd = await createTemporaryFolder(FILES);
  const { io } = startServing(cwd, ['--json', ...NODE]);
  const url = await readyUrl(io);
  await writeFile(join(cwd, 'node.pem'), 'half a file');
  io.hangUp();
  await vi.waitFor(() => expect(io.written.stderr).toContain('"tls_not_renewed"'));
  await askStatus(url, ['--tls-ca', 'ca.pem'], { cwd });
  const next = await stranger.issue();
  await writeFile(join(cwd, 'node.pem'), next.cert);
  await writeFile(join(cwd, 'node-key.pem'), next.key);
  await writeFile(join(cwd, 'ca.pem'), stranger.ca);
  io.hangUp();
  await vi.waitFor(() => expect(io.written.stderr).toContain('"tls_renewed"'));
  await askStatus(url, ['--tls-ca', 'ca.pem'], { cwd });
  expect(io.written.stderr).not.toContain('PRIVATE KEY');
});

const WRONG: readonly { readonly args: readonly string[]; readonly says: string }[] = [
  { args: ['--tls-cert', 'node.pem'], says: 'both --tls-cert and --tls-key' },
  { args: ['--tls-ca', 'ca.pem'], says: 'both --tls-cert and --tls-key' },
  { args: [...NODE.slice(0, -1), 'nowhere.pem'], says: 'cannot read --tls-key: ENOENT' },
  { args: [...NODE.slice(0, -1), 'client-key.pem'], says: 'tls.key: is not the key of tls.cert' },
  { args: [...NODE.slice(0, -1), 'ca.pem'], says: 'tls.key: holds no private key in PEM' },
  { args: [...NODE, '--tls-ca', 'node-key.pem'], says: 'tls.ca: holds no certificate in PEM' },
  {
    args: ['--tls-cert', 'old.pem', '--tls-key', 'node-key.pem'],
    says: 'tls.cert: expired on Jan  1 00:00:01 1970 GMT',
  },
];

test.each(WRONG)('serve $args is config_invalid: $says', async ({ args, says }) => {
  const { exitCode } = startServing(await createTemporaryFolder(FILES), args);
  await expect(exitCode).rejects.toThrow('[config_invalid]');
  await expect(exitCode).rejects.toThrow(says);
});

test('status says what is wrong with its certificate', async () => {
  const cwd = await createTemporaryFolder(FILES);
  const asking = askStatus('wss://127.0.0.1:1', ['--tls-key', 'client-key.pem'], { cwd });
  await expect(asking).rejects.toThrow('[config_invalid] tls: cert and key go together');
});
