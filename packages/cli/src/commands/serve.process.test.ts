/**
 * The launcher and the process around `serve`: what only real processes show. What the command
 * itself does is in serve.test.ts.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createTestAuthority } from '@rendezvous/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createTemporaryFolder } from '../../test/temporary-folder.js';

const launcher = fileURLToPath(new URL('../../bin/rendezvous.js', import.meta.url));

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly firstLine: Promise<string>;
  readonly ended: Promise<Ended>;
}

interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Starts the launcher in its own process group, which is killed when the test has finished. */
async function start(...args: readonly string[]): Promise<Started> {
  const cwd = await createTemporaryFolder({
    'rendezvous.config.json': '{"regions":{"eu":{"node":"ws://127.0.0.1:7410"}},"stores":{}}',
    // The loader must not mind what it finds in the user's folder.
    'tsconfig.json': '{"extends":"./missing.json"}',
  });
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => killGroup(child));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // 'close' comes after 'exit', once everything that was written has been read.
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stderr }));
  });
  const lines = createInterface({ input: child.stdout });
  const firstLine = once(lines, 'line').then(([line]) => String(line));
  return { child, firstLine, ended };
}

function killGroup(child: Started['child']): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Everything in it has ended.
  }
}

async function startServing(): Promise<Started & { readonly port: number }> {
  const started = await start('serve', '--port', '0', '--json');
  const { port } = JSON.parse(await started.firstLine) as { port: number };
  return { ...started, port };
}

async function listenAndClose(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

test('a node that says it is ready is healthy and ready', async () => {
  const { port } = await startServing();
  for (const path of ['/healthz', '/readyz']) {
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(200);
  }
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s to the launcher ends the node with 0 and frees its port',
  async (signal) => {
    const { child, ended, port } = await startServing();
    child.kill(signal);
    expect(await ended).toMatchObject({ exitCode: 0, signal: null });
    await listenAndClose(port);
  },
);

test('SIGHUP to the launcher of a node with TLS renews its certificates, and ends nothing', async () => {
  const { cert, key } = await (await createTestAuthority()).issue();
  const files = await createTemporaryFolder({ 'node.pem': cert, 'node-key.pem': key });
  const tls = ['--tls-cert', join(files, 'node.pem'), '--tls-key', join(files, 'node-key.pem')];
  const { child, firstLine, ended } = await start('serve', '--port', '0', '--json', ...tls);
  await firstLine;
  const renewed = once(createInterface({ input: child.stderr }), 'line');
  child.kill('SIGHUP');
  expect(String(await renewed)).toContain('"tls_renewed"');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ exitCode: 0, signal: null });
});

test('Ctrl-C, which reaches launcher and node both, is one request for a clean end', async () => {
  const { child, ended, port } = await startServing();
  if (child.pid === undefined) throw new Error('not started');
  process.kill(-child.pid, 'SIGINT');
  expect(await ended).toMatchObject({ exitCode: 0, signal: null });
  await listenAndClose(port);
});

test('wrong usage ends the launcher with 2', async () => {
  const { ended } = await start('serve', '--prot', '0');
  expect(await ended).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Did you mean "--port"?') as string,
  });
});

test('a port in use is a failure that says so', async () => {
  const { port } = await startServing();
  const { ended } = await start('serve', '--port', String(port));
  expect(await ended).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`127.0.0.1:${port} is in use`) as string,
  });
});
