import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RendezvousError } from '@rendezvous/protocol';
import type { Reply } from './resp-parser.js';
import { RespError, RespParser } from './resp-parser.js';

/**
 * One connection of a monitor to one server, in RESP 2.
 *
 * A monitor needs four commands and runs in nodes that know nothing of the application's driver:
 * hence no driver here. Requests are answered in order; a request that is not answered in time, and
 * anything unexpected, ends the connection.
 */
export interface MonitorConnection {
  /** Rejects with `store_failed` for an error reply too, once the connection is lost or shut down. */
  request(command: string, ...parameters: readonly string[]): Promise<Reply>;
  /**
   * Subscribes to `channel`: `listener` is given the messages of each packet together. No other
   * request can follow.
   */
  subscribe(channel: string, listener: (messages: readonly string[]) => void): Promise<void>;
  /** Why the connection is of no more use; undefined while it is. */
  readonly failure: RendezvousError | undefined;
  /** Resolves once the connection is over. */
  readonly lost: Promise<void>;
  /** Idempotent; never rejects. */
  readonly shutdown: () => Promise<void>;
}

export interface MonitorConnectionOptions {
  /** `redis://` or `rediss://` (TLS), with user and password where the server wants them. */
  readonly endpoint: string;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/**
 * Connects to the server at `endpoint` and logs in. Rejects with `store_failed`, or with `cancelled`
 * once `signal` is aborted; errors name host and port, never user information of the URL.
 */
export async function connectForMonitoring(
  options: MonitorConnectionOptions,
  signal: AbortSignal,
): Promise<MonitorConnection> {
  const server = readEndpoint(options.endpoint);
  assertNotAborted(signal, server);
  const socket = server.secure
    ? connectTls({ host: server.host, port: server.port, servername: server.host })
    : connectTcp({ host: server.host, port: server.port });
  const connection = new SocketConnection(socket, server, options.requestTimeoutMs);
  const onAbort = (): void => connection.fail('was given up');
  const timer = setTimeout(onAbort, options.connectTimeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { username, password } = server;
    if (password !== '') {
      await connection.request('AUTH', ...(username === '' ? [] : [username]), password);
    }
    // A name is a courtesy to operators; a role that may not set one is fine.
    await connection.request('CLIENT', 'SETNAME', 'rendezvous-monitor').catch(() => undefined);
    // A server that is loading its dataset says so here.
    await connection.request('PING');
    return connection;
  } catch (error) {
    await connection.shutdown();
    assertNotAborted(signal, server);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

interface Server {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: RendezvousError) => void;
  readonly deadlineMs: number;
}

class SocketConnection implements MonitorConnection {
  readonly #socket: Socket;
  readonly #server: Server;
  readonly #requestTimeoutMs: number;
  readonly lost: Promise<void>;
  readonly #announceLoss: () => void;
  readonly #parser = new RespParser();
  readonly #waiting: Waiting[] = [];
  #listener: ((messages: readonly string[]) => void) | undefined;
  #failure: RendezvousError | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, server: Server, requestTimeoutMs: number) {
    this.#socket = socket;
    this.#server = server;
    this.#requestTimeoutMs = requestTimeoutMs;
    let announceLoss = (): void => undefined;
    this.lost = new Promise((resolve) => (announceLoss = resolve));
    this.#announceLoss = announceLoss;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', (error) => this.fail('cannot be reached', error));
    socket.on('close', () => this.fail('closed the connection'));
  }

  get failure(): RendezvousError | undefined {
    return this.#failure;
  }

  request(command: string, ...parameters: readonly string[]): Promise<Reply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise<Reply>((resolve, reject) => {
      const deadlineMs = performance.now() + this.#requestTimeoutMs;
      this.#waiting.push({ resolve, reject, deadlineMs });
      this.#timer ??= this.#startTimer(deadlineMs);
      this.#socket.write(encodeRequest([command, ...parameters]));
    }).then((reply) => {
      if (!(reply instanceof RespError)) return reply;
      throw toStoreFailed(this.#server, `refused ${command}: ${reply.message}`);
    });
  }

  async subscribe(channel: string, listener: (messages: readonly string[]) => void): Promise<void> {
    this.#listener = listener;
    await this.request('SUBSCRIBE', channel);
  }

  readonly shutdown = (): Promise<void> => {
    this.fail('was disconnected');
    return Promise.resolve();
  };

  /** The first reason counts. */
  fail(what: string, cause?: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = toStoreFailed(this.#server, what, cause);
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#announceLoss();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  #onData(chunk: Buffer): void {
    let replies: readonly Reply[];
    try {
      replies = this.#parser.push(chunk);
    } catch (error) {
      this.fail('cannot be understood', error);
      return;
    }
    const messages: string[] = [];
    for (const reply of replies) {
      const message = this.#listener && toMessage(reply);
      if (message === undefined) this.#answer(reply);
      else messages.push(message);
    }
    if (messages.length > 0) this.#listener?.(messages);
  }

  #answer(reply: Reply): void {
    const answered = this.#waiting.shift();
    if (answered === undefined) this.fail('answered what nobody asked');
    else answered.resolve(reply);
  }

  /** One timer for all requests: they are answered in order, so the first is the oldest. */
  #startTimer(deadlineMs: number): NodeJS.Timeout {
    return setTimeout(
      () => {
        const [oldest] = this.#waiting;
        if (oldest !== undefined && oldest.deadlineMs <= performance.now()) {
          this.fail('did not answer in time');
          return;
        }
        this.#timer = oldest && this.#startTimer(oldest.deadlineMs);
      },
      Math.max(1, deadlineMs - performance.now()),
    );
  }
}

const KEEP_ALIVE_MS = 10_000;

/** A message of the channel: its payload. */
function toMessage(reply: Reply): string | undefined {
  if (!Array.isArray(reply) || reply[0] !== 'message') return undefined;
  const [, , payload] = reply as readonly Reply[];
  return typeof payload === 'string' ? payload : undefined;
}

function encodeRequest(parts: readonly string[]): string {
  const encoded = parts.map((part) => `$${String(Buffer.byteLength(part))}\r\n${part}\r\n`);
  return `*${String(parts.length)}\r\n${encoded.join('')}`;
}

/** Throws `config_invalid`. */
function readEndpoint(endpoint: string): Server {
  try {
    const { protocol, hostname, port, username, password } = new URL(endpoint);
    if (hostname !== '' && (protocol === 'redis:' || protocol === 'rediss:')) {
      return {
        secure: protocol === 'rediss:',
        // An IPv6 address stands in brackets in a URL only.
        host: hostname.replace(/^\[(.*)\]$/, '$1'),
        port: port === '' ? 6_379 : Number(port),
        username: decodeURIComponent(username),
        password: decodeURIComponent(password),
      };
    }
  } catch {
    // The error would quote the URL, password included.
  }
  throw new RendezvousError(
    'config_invalid',
    "an endpoint of a Redis store must be a URL like 'redis://user:password@host:6379'",
  );
}

function assertNotAborted(signal: AbortSignal, server: Server): void {
  if (!signal.aborted) return;
  throw new RendezvousError('cancelled', `connecting to ${describe(server)} was given up`);
}

function toStoreFailed(server: Server, what: string, cause?: unknown): RendezvousError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new RendezvousError('store_failed', `${describe(server)} ${what}${reason}`, { cause });
}

function describe({ host, port }: Server): string {
  return `Redis at ${host}:${String(port)}`;
}
