import { expect, test } from 'vitest';
import type { CapturedIo } from '../../test/captured-io.js';
import { askStatus, type Serving, startServing as serveIn } from '../../test/serving.js';
import { createTemporaryFolder } from '../../test/temporary-folder.js';

const config = JSON.stringify({
  namespace: 'shop',
  regions: { eu: { node: 'ws://127.0.0.1:7410' }, near: { servedBy: 'eu' } },
  stores: {
    app: { kind: 'postgres', home: 'eu', regions: { eu: 'postgres://127.0.0.1/db', near: [] } },
  },
});
const token = 'a-token-of-this-test';
const tokens = JSON.stringify({ tokens: [{ token, namespace: 'shop', role: 'writer' }] });

async function startServing(...args: readonly string[]): Promise<Serving> {
  const files = { 'rendezvous.config.json': config, 'tokens.json': tokens };
  return serveIn(await createTemporaryFolder(files), args);
}

function ask(node: string, args: readonly string[], env = {}): Promise<CapturedIo> {
  return askStatus(node, args, { env });
}

test('serve says which regions it serves, and where, and ends with 0 when interrupted', async () => {
  const { io, exitCode } = await startServing();
  expect(await io.firstLine).toMatch(
    /^rendezvous node \S+ serves eu, near on ws:\/\/127\.0\.0\.1:\d+$/,
  );
  io.interrupt();
  expect(await exitCode).toBe(0);
});

test('serve --json prints the same as one JSON object', async () => {
  const { io } = await startServing('--json');
  expect(JSON.parse(await io.firstLine)).toEqual({
    event: 'ready',
    nodeId: expect.stringMatching(/./) as string,
    regions: ['eu', 'near'],
    url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+$/) as string,
    port: expect.any(Number) as number,
  });
});

test('serve refuses to listen beyond loopback without tokens', async () => {
  const { exitCode } = await startServing('--host', '0.0.0.0');
  await expect(exitCode).rejects.toMatchObject({ code: 'config_invalid' });
});

test('serve says that a token file cannot be read', async () => {
  const { exitCode } = await startServing('--tokens', 'nowhere.json');
  await expect(exitCode).rejects.toThrow(/\[config_invalid\] cannot read the tokens: .*nowhere/);
});

test('status asks a node in its namespace, for people and for programs', async () => {
  const { io } = await startServing('--json');
  const { url, nodeId } = JSON.parse(await io.firstLine) as { url: string; nodeId: string };
  const shown = await ask(url, ['--namespace', 'shop']);
  expect(shown.written.stdout).toContain(`node ${nodeId}, namespace shop`);
  const answer = await ask(url, ['--json'], { RENDEZVOUS_NAMESPACE: 'shop' });
  expect(JSON.parse(answer.written.stdout)).toMatchObject({ nodeId, namespace: 'shop' });
});

test('status needs a token where the node asks for one', async () => {
  const { io } = await startServing('--json', '--tokens', 'tokens.json');
  const { url } = JSON.parse(await io.firstLine) as { url: string };
  const args = ['--namespace', 'shop'];
  await ask(url, args, { RENDEZVOUS_TOKEN: token });
  await expect(ask(url, args)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('status says which node it could not reach', async () => {
  const { io, exitCode } = await startServing('--json');
  const { url, port } = JSON.parse(await io.firstLine) as { url: string; port: number };
  io.interrupt();
  await exitCode;
  const asking = ask(url, []);
  await expect(asking).rejects.toMatchObject({ code: 'unavailable' });
  await expect(asking).rejects.toThrow(`127.0.0.1:${port}`);
});
