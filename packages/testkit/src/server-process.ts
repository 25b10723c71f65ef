/** One datastore's server process on 127.0.0.1: launched until it answers, ended, launched again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RendezvousError } from '@rendezvous/protocol';
import { findFreePort } from './free-port.js';
import type { ProcessUser } from './process-user.js';
import type { Reaper } from './reaper.js';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_INTERVAL_MS = 25;

/** A server of a datastore, as a test sees it. */
export interface DatastoreServer {
  /** Where clients connect, without password. The same after every start. */
  readonly url: string;
  readonly port: number;
  /** The server's process id; of the last one while it is stopped. */
  readonly pid: number;
  /** Orderly stop. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash of the machine would end it. Idempotent. */
  kill(): Promise<void>;
  /** Starts the stopped or killed server again, on the same port and data. Idempotent. */
  start(): Promise<void>;
}

/** The launcher's side of a server, which also ends it without ceremony. */
export interface LaunchedServer extends DatastoreServer {
  /** Stops at once: for data that nobody needs any more. Idempotent. */
  abandon(): Promise<void>;
}

/** What a launcher must know of a datastore's server. */
export interface ServerProgram {
  /** What people call it; for messages. */
  readonly name: string;
  readonly file: string;
  /** Where the server runs, and keeps what it writes. */
  readonly directory: string;
  readonly logFile: string;
  /** Undefined: the owner's own user. */
  readonly user: ProcessUser | undefined;
  /** For a server whose port others know before it starts. Default: a free one. */
  readonly port?: number;
  readonly signals: { readonly stop: NodeJS.Signals; readonly abandon: NodeJS.Signals };
  argumentsFor(port: number): readonly string[];
  urlOf(port: number): string;
  /**
   * Whether the very process `pid` answers at `url`, and not whoever else may have taken the port.
   * A rejection means not yet.
   */
  answers(url: string, pid: number): Promise<boolean>;
  /** Whether the log of a launch that failed names a reason that passes, such as a port taken meanwhile. */
  isPassing(log: string): boolean;
}

/** Starts a server on a free port and resolves once it answers. */
export async function startServer(program: ServerProgram, reaper: Reaper): Promise<LaunchedServer> {
  const server = new ServerProcess(program, reaper);
  await server.start();
  return server;
}

/** How a launch ended: with a server that answers, or with one that gave up for a reason. */
type Launch = { readonly ready: true } | { readonly ready: false; readonly log: string };

class ServerProcess implements LaunchedServer {
  readonly #program: ServerProgram;
  readonly #reaper: Reaper;
  #process: ChildProcess | undefined;
  #port = 0;
  #pid = 0;

  constructor(program: ServerProgram, reaper: Reaper) {
    this.#program = program;
    this.#reaper = reaper;
    this.#port = program.port ?? 0;
  }

  get url(): string {
    return this.#program.urlOf(this.#port);
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    return this.#pid;
  }

  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const program = this.#program;
    const deadline = performance.now() + START_TIMEOUT_MS;
    const fixedPort = this.#port;
    for (;;) {
      this.#port = fixedPort === 0 ? await findFreePort() : fixedPort;
      const launch = await this.#launch(deadline);
      if (launch.ready) return;
      if (!program.isPassing(launch.log) || performance.now() > deadline) {
        throw new RendezvousError('store_failed', `${program.name} did not start:\n${launch.log}`);
      }
      await sleep(POLL_INTERVAL_MS);
    }
  }

  stop(): Promise<void> {
    return this.#end(this.#program.signals.stop);
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  abandon(): Promise<void> {
    return this.#end(this.#program.signals.abandon);
  }

  async #launch(deadline: number): Promise<Launch> {
    const { logFile } = this.#program;
    const logStart = await sizeOf(logFile);
    const child = this.#spawn();
    const exited = once(child, 'exit').then(
      () => false,
      () => false,
    );
    const ready = this.#answers(child, deadline);
    if (await Promise.race([ready, exited])) return { ready: true };
    await this.abandon();
    const log = await readFile(logFile);
    return { ready: false, log: log.subarray(logStart).toString() };
  }

  #spawn(): ChildProcess {
    const { file, directory, logFile, user } = this.#program;
    const log = openSync(logFile, 'a');
    const child = spawn(file, this.#program.argumentsFor(this.#port), {
      cwd: directory,
      // A session of its own: the terminal's Ctrl-C must not stop it behind the owner's back.
      detached: true,
      env: { LC_ALL: 'C' },
      stdio: ['ignore', log, log],
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    closeSync(log);
    const forget = (): void => {
      if (this.#process === child) this.#process = undefined;
    };
    const { pid } = child;
    if (pid !== undefined) this.#reaper.watch(pid);
    child.once('exit', () => {
      if (pid !== undefined) this.#reaper.forget(pid);
      forget();
    });
    // What cannot be started does not exit.
    child.once('error', forget);
    this.#process = child;
    this.#pid = pid ?? 0;
    return child;
  }

  /** True once this very server answers; false when the deadline passed or it ended. */
  async #answers(child: ChildProcess, deadline: number): Promise<boolean> {
    while (this.#process === child && performance.now() < deadline) {
      try {
        if (await this.#program.answers(this.url, this.#pid)) return true;
      } catch {
        // Not yet: starting up, or recovering.
      }
      await sleep(POLL_INTERVAL_MS);
    }
    return false;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    // An orderly stop waits for a replica that may be out of reach.
    const timer = setTimeout(() => child.kill(this.#program.signals.abandon), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
