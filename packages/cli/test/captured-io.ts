import { tmpdir } from 'node:os';
import type { Environment, Io, TextSink } from '../src/command.js';

/** An `Io` that keeps what is written. */
export interface CapturedIo extends Io {
  readonly written: { readonly stdout: string; readonly stderr: string };
  /** Resolves with the first line of stdout. */
  readonly firstLine: Promise<string>;
  /** Resolves with the first line of stderr. */
  readonly firstLogLine: Promise<string>;
  /** What Ctrl-C does. */
  interrupt(): void;
  /** What SIGHUP does once the command listens to it. */
  hangUp(): void;
}

export function createCapturedIo(options: { cwd?: string; env?: Environment } = {}): CapturedIo {
  const { cwd = tmpdir(), env = {} } = options;
  const controller = new AbortController();
  const stdout = createCapture();
  const stderr = createCapture();
  let hangUp: () => void = () => undefined;
  return {
    stdout: stdout.sink,
    stderr: stderr.sink,
    signal: controller.signal,
    onHangUp: (listener) => {
      hangUp = listener;
    },
    env,
    cwd,
    written: {
      get stdout() {
        return stdout.text();
      },
      get stderr() {
        return stderr.text();
      },
    },
    firstLine: stdout.firstLine,
    firstLogLine: stderr.firstLine,
    interrupt: () => controller.abort(),
    hangUp: () => hangUp(),
  };
}

interface Capture {
  readonly sink: TextSink;
  readonly firstLine: Promise<string>;
  text(): string;
}

function createCapture(): Capture {
  let written = '';
  let resolveFirstLine: (line: string) => void = () => undefined;
  const firstLine = new Promise<string>((resolve) => (resolveFirstLine = resolve));
  const write = (text: string): void => {
    written += text;
    const end = written.indexOf('\n');
    if (end >= 0) resolveFirstLine(written.slice(0, end));
  };
  return { sink: { write }, firstLine, text: () => written };
}
