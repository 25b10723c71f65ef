/** The parent's end of one of the demo's processes: started, asked, ended. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { basename, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RendezvousError } from '@rendezvous/protocol';
import { withoutSettings } from './environment.js';
import type { ProcessContract } from './process-contracts.js';

/** A process that does not end when asked is killed after this. */
const END_TIMEOUT_MS = 2_000;

/** What the parent sends. Request 0 is the setup. */
export interface RequestMessage {
  readonly id: number;
  readonly kind: string;
  readonly payload: unknown;
}

/** What a process answers; `error` is present when it failed. */
export interface ReplyMessage {
  readonly id: number;
  readonly reply?: unknown;
  readonly error?: string;
}

interface Pending {
  readonly timer: NodeJS.Timeout;
  resolve(reply: unknown): void;
  reject(error: Error): void;
}

export interface StartOptions<C extends ProcessContract> {
  /** The program, relative to this file and without its extension: `writer-process`; or its path. */
  readonly program: string;
  readonly setup: C['setup'];
  /** An answer that takes longer never comes. */
  readonly answerTimeoutMs: number;
  /** Ends the process, and whatever was asked of it rejects with `cancelled`. */
  readonly signal: AbortSignal;
}

/** Starts a process and resolves once it has set itself up. */
export async function startDemoProcess<C extends ProcessContract>(
  options: StartOptions<C>,
): Promise<DemoProcess<C>> {
  options.signal.throwIfAborted();
  const demoProcess = new DemoProcess<C>(options);
  try {
    await demoProcess.ready;
    return demoProcess;
  } catch (error) {
    await demoProcess.shutdown();
    throw error;
  }
}

export class DemoProcess<C extends ProcessContract> {
  readonly #program: string;
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #answerTimeoutMs: number;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<unknown>;
  readonly #abort = (): void => {
    this.shutdown().catch(() => undefined);
  };
  #lastId = -1;
  readonly ready: Promise<C['ready']>;

  constructor({ program, setup, answerTimeoutMs, signal }: StartOptions<C>) {
    this.#program = basename(program);
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#signal = signal;
    this.#child = fork(toProgramFile(program), [], {
      // A session of its own: the parent alone decides what a terminal's Ctrl-C means.
      detached: true,
      // A program that was bundled needs no loader.
      execArgv: isAbsolute(program) ? [] : process.execArgv,
      env: withoutSettings(process.env),
    });
    // A process that could not be started does not exit.
    this.#exited = once(this.#child, 'exit').catch(() => undefined);
    this.#child.on('message', (message) => this.#receive(message as ReplyMessage));
    this.#child.once('error', () => this.#lose());
    this.#child.once('exit', () => this.#lose());
    signal.addEventListener('abort', this.#abort, { once: true });
    this.ready = this.#send('setup', setup);
  }

  /** Undefined: it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects with `store_failed` when the process could not do it, or is gone. */
  request<K extends keyof C['requests'] & string>(
    kind: K,
    payload: C['requests'][K]['payload'],
  ): Promise<C['requests'][K]['reply']> {
    return this.#send(kind, payload);
  }

  /** Idempotent; resolves when the process is gone. */
  async shutdown(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    // The process ends when the channel does: the same way as when the parent was killed.
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #send(kind: string, payload: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = (this.#lastId += 1);
      const timer = setTimeout(() => {
        this.#receive({ id, error: `no answer to ${kind} in ${this.#answerTimeoutMs} ms` });
      }, this.#answerTimeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      const message: RequestMessage = { id, kind, payload };
      if (this.#child.connected) this.#child.send(message);
      else this.#lose();
    });
  }

  #receive({ id, reply, error }: ReplyMessage): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (error === undefined) pending.resolve(reply);
    else pending.reject(new RendezvousError('store_failed', `${this.#program}: ${error}`));
  }

  #lose(): void {
    const error = this.#signal.aborted
      ? new RendezvousError('cancelled', 'interrupted')
      : new RendezvousError('store_failed', `${this.#program} ended`);
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(error);
    }
    this.#pending.clear();
  }
}

/** Programs run as this file does: TypeScript from source, JavaScript from a build. */
function toProgramFile(program: string): string {
  if (isAbsolute(program)) return program;
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return fileURLToPath(new URL(`./${program}${extension}`, import.meta.url));
}
