/** `rendezvous serve` and `status` in the test's own process. */
import { expect, onTestFinished } from 'vitest';
import { toRunnable } from '../src/command.js';
import * as serve from '../src/commands/serve.js';
import * as status from '../src/commands/status.js';
import { type CapturedIo, createCapturedIo } from './captured-io.js';

export interface Serving {
  readonly io: CapturedIo;
  readonly exitCode: Promise<number>;
}

/** Runs `rendezvous serve` in the folder `cwd`, on a free port, until the test has finished. */
export function startServing(cwd: string, args: readonly string[], env = {}): Serving {
  const io = createCapturedIo({ cwd });
  const parsed = toRunnable(serve).parse(['--port', '0', ...args], env);
  if (parsed.kind !== 'ready') throw new Error(`cannot serve: ${parsed.kind}`);
  const exitCode = parsed.run(io);
  onTestFinished(async () => {
    io.interrupt();
    await exitCode.catch(() => undefined);
  });
  return { io, exitCode };
}

/** Runs `rendezvous status`, which must succeed. */
export async function askStatus(
  node: string,
  args: readonly string[],
  { env = {}, cwd }: { readonly env?: object; readonly cwd?: string } = {},
): Promise<CapturedIo> {
  const io = createCapturedIo(cwd === undefined ? {} : { cwd });
  const parsed = toRunnable(status).parse(['--node', node, ...args], { ...env });
  if (parsed.kind !== 'ready') throw new Error(`cannot ask: ${parsed.kind}`);
  expect(await parsed.run(io)).toBe(0);
  return io;
}
