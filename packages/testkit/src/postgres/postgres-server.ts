/** One PostgreSQL server process on a data directory of its own, on 127.0.0.1. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RendezvousError } from '@rendezvous/protocol';
import pg from 'pg';
import { findFreePort } from '../free-port.js';
import type { ProcessUser } from '../process-user.js';
import type { Reaper } from '../reaper.js';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_INTERVAL_MS = 25;

export interface PostgresServer {
  /** As `postgres://postgres@127.0.0.1:PORT/postgres`: a superuser, without password. */
  readonly url: string;
  readonly port: number;
  /** The postmaster's process id; of the last one while the server is stopped. */
  readonly pid: number;
  /** Orderly stop: connections are ended, what was committed is on disk. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster, as a crash of the machine would end it. Idempotent. */
  kill(): Promise<void>;
  /** Starts the stopped or killed server again, on the same port and data. Idempotent. */
  start(): Promise<void>;
}

export interface PostgresServerOptions {
  readonly postgres: string;
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly user: ProcessUser | undefined;
  readonly reaper: Reaper;
}

/** The launcher's side of a server, which also ends it without ceremony. */
export interface LaunchedServer extends PostgresServer {
  /** Stops at once, without a checkpoint: for data that nobody needs any more. Idempotent. */
  abandon(): Promise<void>;
}

/** Starts PostgreSQL on `dataDirectory` and resolves once it answers queries. */
export async function startPostgresServer(options: PostgresServerOptions): Promise<LaunchedServer> {
  const server = new EmbeddedServer(options);
  await server.start();
  return server;
}

/** How a launch ended: with a server that answers, or with one that gave up for a reason. */
type Launch = { readonly ready: true } | { readonly ready: false; readonly log: string };

class EmbeddedServer implements LaunchedServer {
  readonly #options: PostgresServerOptions;
  #process: ChildProcess | undefined;
  #port = 0;
  #pid = 0;

  constructor(options: PostgresServerOptions) {
    this.#options = options;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${String(this.#port)}/postgres`;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    return this.#pid;
  }

  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const deadline = performance.now() + START_TIMEOUT_MS;
    const fixedPort = this.#port;
    for (;;) {
      this.#port = fixedPort === 0 ? await findFreePort() : fixedPort;
      const launch = await this.#launch(deadline);
      if (launch.ready) return;
      if (!isPassing(launch.log) || performance.now() > deadline) {
        throw new RendezvousError('store_failed', `PostgreSQL did not start:\n${launch.log}`);
      }
      await sleep(POLL_INTERVAL_MS);
    }
  }

  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  abandon(): Promise<void> {
    return this.#end('SIGQUIT');
  }

  async #launch(deadline: number): Promise<Launch> {
    const { logFile } = this.#options;
    const logStart = await sizeOf(logFile);
    const child = this.#spawn();
    const exited = once(child, 'exit').then(() => false);
    const ready = this.#answers(child, deadline);
    if (await Promise.race([ready, exited])) return { ready: true };
    await this.#end('SIGQUIT');
    const log = await readFile(logFile);
    return { ready: false, log: log.subarray(logStart).toString() };
  }

  #spawn(): ChildProcess {
    const { postgres, dataDirectory, logFile, user, reaper } = this.#options;
    const log = openSync(logFile, 'a');
    const child = spawn(postgres, ['-D', dataDirectory, '-p', String(this.#port)], {
      cwd: dataDirectory,
      // A session of its own: the terminal's Ctrl-C must not stop it behind the owner's back.
      detached: true,
      env: { LC_ALL: 'C' },
      stdio: ['ignore', log, log],
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    closeSync(log);
    const pid = child.pid ?? 0;
    if (pid !== 0) reaper.watch(pid);
    child.once('exit', () => {
      reaper.forget(pid);
      if (this.#process === child) this.#process = undefined;
    });
    this.#process = child;
    this.#pid = pid;
    return child;
  }

  /** True once this very server answers a query; false when the deadline passed or it ended. */
  async #answers(child: ChildProcess, deadline: number): Promise<boolean> {
    while (this.#process === child && performance.now() < deadline) {
      const client = new pg.Client({ connectionString: this.url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        // Not whoever else may have taken the port in between.
        const { rows } = await client.query<{ data_directory: string }>('show data_directory');
        if (rows[0]?.data_directory === this.#options.dataDirectory) return true;
      } catch {
        // Not yet: starting up, or recovering.
      } finally {
        await client.end().catch(() => undefined);
      }
      await sleep(POLL_INTERVAL_MS);
    }
    return false;
  }

  async #end(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    // An orderly stop waits for a standby that may be out of reach.
    const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
}

/** Reasons not to start that pass: a port taken by somebody, children of a killed server that linger. */
function isPassing(log: string): boolean {
  return /could not bind|pre-existing shared memory block|lock file .* already exists/.test(log);
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
