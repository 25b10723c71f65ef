import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../test/shut-down-program.ts', import.meta.url));
const FROM_SOURCE = ['--conditions=rendezvous-source', '--import', 'tsx'];

test('after shutdown() no timer and no socket of nodes, links and monitors keeps the process alive', async () => {
  const child = spawn(process.execPath, [...FROM_SOURCE, PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, exit] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(JSON.parse(output)).toEqual({ connections: 0 });
  expect(exit).toEqual([0, null]);
});
