import { tmpdir } from 'node:os';
import type { Environment, Io } from '../src/command.js';

/** An `Io` that keeps what is written. */
export interface CapturedIo extends Io {
  readonly written: { readonly stdout: string; readonly stderr: string };
  /** Resolves with the first line of stdout. */
  readonly firstLine: Promise<string>;
  /** What Ctrl-C does. */
  interrupt(): void;
}

export function createCapturedIo(options: { cwd?: string; env?: Environment } = {}): CapturedIo {
  const { cwd = tmpdir(), env = {} } = options;
  const controller = new AbortController();
  const written = { stdout: '', stderr: '' };
  let resolveFirstLine: (line: string) => void = () => undefined;
  const firstLine = new Promise<string>((resolve) => (resolveFirstLine = resolve));
  return {
    stdout: {
      write: (text) => {
        written.stdout += text;
        const [line, ...rest] = written.stdout.split('\n');
        if (line !== undefined && rest.length > 0) resolveFirstLine(line);
      },
    },
    stderr: { write: (text) => (written.stderr += text) },
    signal: controller.signal,
    env,
    cwd,
    written,
    firstLine,
    interrupt: () => controller.abort(),
  };
}
