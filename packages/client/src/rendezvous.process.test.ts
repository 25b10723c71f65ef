import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startFakeNode } from '../test/fake-node.js';
import { BOOKMARK } from '../test/start-client.js';

const CLIENT = new URL('./index.ts', import.meta.url).href;
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** Runs a script as a process of its own and resolves with what it printed, once it has ended. */
async function runScript(nodes: string, body: string): Promise<string> {
  const script = `
    import { createRendezvous } from ${JSON.stringify(CLIENT)};
    const rv = createRendezvous({ region: 'us', nodes: ${JSON.stringify(nodes)} });
    ${body}
  `;
  const flags = ['--conditions=rendezvous-source', '--import', 'tsx', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', script], {
    cwd: PACKAGE,
    timeout: 30_000,
  });
  return stdout.trim();
}

const WAIT = `console.log((await rv.wait({ bookmark: '${BOOKMARK}' })).status);`;

test('a process whose client was shut down ends by itself', async () => {
  const node = await startFakeNode();
  onTestFinished(() => node.shutdown());
  await expect(runScript(node.url, `${WAIT} await rv.shutdown();`)).resolves.toBe('consistent');
});

test('a process whose client is idle and connected over ws ends by itself', async () => {
  const node = await startFakeNode();
  onTestFinished(() => node.shutdown());
  const withoutBuiltIn = `globalThis.WebSocket = undefined; ${WAIT}`;
  await expect(runScript(node.url, withoutBuiltIn)).resolves.toBe('consistent');
});

test('a process that awaits an answer stays until it has one, also while the node is away', async () => {
  const node = await startFakeNode();
  await node.shutdown();
  await expect(runScript(node.url, WAIT)).resolves.toBe('unknown');
});
