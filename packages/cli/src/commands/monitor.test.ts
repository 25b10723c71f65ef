import { expect, test } from 'vitest';
import { createCapturedIo } from '../../test/captured-io.js';
import { createTemporaryFolder } from '../../test/temporary-folder.js';
import { toRunnable } from '../command.js';
import * as monitor from './monitor.js';

// Port 1 is reserved and nobody listens there.
const config = JSON.stringify({
  regions: { eu: { node: 'ws://127.0.0.1:1' }, us: { servedBy: 'eu' } },
  stores: {
    app: {
      kind: 'postgres',
      home: 'eu',
      regions: { eu: 'postgres://127.0.0.1:1/db', us: ['postgres://u:secret@127.0.0.1:1/db'] },
    },
  },
});

test.each([
  [[], 'rendezvous monitor watches app at us-1 for ws://127.0.0.1:1'],
  [
    ['--json'],
    '{"event":"started","store":"app","region":"us","replicas":["us-1"],"nodes":["ws://127.0.0.1:1"]}',
  ],
])('monitor %j says what it watches, outlives a lost node, and ends with 0', async (args, line) => {
  const cwd = await createTemporaryFolder({ 'rendezvous.config.json': config });
  const io = createCapturedIo({ cwd });
  const parsed = toRunnable(monitor).parse(['--store', 'app', '--region', 'us', ...args], {});
  if (parsed.kind !== 'ready') throw new Error(`cannot monitor: ${parsed.kind}`);
  const exitCode = parsed.run(io);
  expect(await io.firstLine).toBe(line);
  await io.firstLogLine;
  io.interrupt();
  expect(await exitCode).toBe(0);
  expect(io.written.stderr).toContain('node_lost');
  expect(io.written.stdout + io.written.stderr).not.toContain('secret');
});
