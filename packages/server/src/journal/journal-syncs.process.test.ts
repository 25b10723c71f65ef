/**
 * A killed process proves nothing about syncing: the kernel keeps what it wrote. So this looks on at the
 * system calls: between writing an append and acknowledging it there is a sync that succeeded.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createTemporaryDirectory } from '../../test/temporary-directory.js';

const program = fileURLToPath(new URL('../../test/journal-appends.ts', import.meta.url));
const APPEND_COUNT = 50;

type Call = 'write' | 'sync' | 'acknowledge';

test('promise 2: every append is synced before it is acknowledged, as the system calls show', async () => {
  const directory = await createTemporaryDirectory();
  const trace = join(directory, 'trace');
  const traced = [
    '-f',
    '-y',
    '-s',
    '32',
    '-e',
    'trace=write,pwrite64,fsync,fdatasync',
    '-o',
    trace,
  ];
  const node = [process.execPath, '--conditions=rendezvous-source', '--import', 'tsx', program];
  await promisify(execFile)('strace', [
    ...traced,
    ...node,
    join(directory, 'data'),
    String(APPEND_COUNT),
  ]);
  const calls = readCalls(await readFile(trace, 'utf8'));
  const acknowledged = splitAfter(calls, 'acknowledge');
  expect(acknowledged).toHaveLength(APPEND_COUNT);
  for (const before of acknowledged) {
    const written = before.indexOf('write');
    expect(written, before.join(' ')).toBeGreaterThanOrEqual(0);
    expect(before.lastIndexOf('sync'), before.join(' ')).toBeGreaterThan(
      before.lastIndexOf('write'),
    );
  }
});

/** Calls on LevelDB's log and acknowledgements, in the order in which they ended. */
function readCalls(trace: string): Call[] {
  const unfinished = new Map<string, string>();
  const calls: Call[] = [];
  for (const line of trace.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(thread, rest);
      continue;
    }
    const isResumed = rest.startsWith('<... ');
    const text = isResumed ? `${unfinished.get(thread) ?? ''} ${rest}` : rest;
    const call = toCall(text);
    if (call) calls.push(call);
  }
  return calls;
}

function toCall(text: string): Call | undefined {
  if (/^write\(1<[^>]*>, "acknowledged /.test(text)) return 'acknowledge';
  if (!/^\w+\(\d+<[^>]*\d{6}\.log>/.test(text)) return undefined;
  if (/^p?write/.test(text)) return 'write';
  return /^f(data)?sync\(.*= 0$/.test(text) ? 'sync' : undefined;
}

/** The calls before each of `end`, since the one before. */
function splitAfter(calls: readonly Call[], end: Call): Call[][] {
  const parts: Call[][] = [];
  let part: Call[] = [];
  for (const call of calls) {
    if (call !== end) {
      part.push(call);
      continue;
    }
    parts.push(part);
    part = [];
  }
  return parts;
}
