/**
 * The link between two zones of a Ceph multisite: an HTTP proxy in front of the zone that is copied
 * from. It delays and holds only what brings objects over; everything else that gateways ask each
 * other goes through at once, since their many round trips would multiply a delay of the link.
 */
import { once, setMaxListeners } from 'node:events';
import {
  Agent,
  createServer,
  request as sendRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** An object that was let through. */
export interface FetchedObject {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly modifiedMs: number;
}

export interface ObjectGate {
  readonly port: number;
  /** Where requests go; undefined: refused. */
  targetPort: number | undefined;
  /** Objects that were let through since the last call. */
  takeFetched(): readonly FetchedObject[];
  /** Objects pass `ms` after they were written. Applies to what is held already, too. */
  setDelay(ms: number): void;
  /** Holds objects, and the log that tells of writes and deletions. Resolves once nothing is on its way. */
  pause(): Promise<void>;
  resume(): void;
  /** Breaks every connection; what is held is lost. */
  cut(): void;
  shutdown(): Promise<void>;
}

/** Starts a gate on a free port of 127.0.0.1. */
export async function startObjectGate(): Promise<ObjectGate> {
  const gate = new HttpObjectGate();
  await gate.listen();
  return gate;
}

/** Told in each answer that carries an object to another zone: seconds since 1970, with fractions. */
const MODIFIED_HEADER = 'rgwx-mtime';

class HttpObjectGate implements ObjectGate {
  readonly #server: Server = createServer((incoming, outgoing) => {
    this.#pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  readonly #agent = new Agent({ keepAlive: true });
  /** Answers that are being let through. */
  readonly #passing = new Set<Promise<unknown>>();
  #settings = createSettings();
  readonly #fetched: FetchedObject[] = [];
  #delayMs = 0;
  #paused = false;
  targetPort: number | undefined;

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the gate is closed');
    return address.port;
  }

  async listen(): Promise<void> {
    // A gateway keeps its connections, and takes a closed one for a zone that is gone.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  takeFetched(): readonly FetchedObject[] {
    return this.#fetched.splice(0);
  }

  setDelay(ms: number): void {
    this.#delayMs = ms;
    this.#settingsChanged();
  }

  async pause(): Promise<void> {
    this.#paused = true;
    await Promise.all(this.#passing);
  }

  resume(): void {
    this.#paused = false;
    this.#settingsChanged();
  }

  cut(): void {
    this.#server.closeAllConnections();
  }

  async shutdown(): Promise<void> {
    this.#agent.destroy();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.resume();
    await closed;
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { url = '' } = incoming;
    const place = incoming.method === 'GET' ? toPlace(url) : undefined;
    const isHeld = place !== undefined || LOG.test(url);
    if (isHeld) await this.#until(0);
    const answer = await this.#forward(incoming);
    if (isHeld) {
      const modifiedMs = Number(answer.headers[MODIFIED_HEADER] ?? 0) * 1_000;
      await this.#until(place === undefined ? 0 : modifiedMs);
      if (place !== undefined && answer.statusCode === 200) {
        this.#fetched.push({ ...place, etag: answer.headers.etag ?? '', modifiedMs });
      }
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
    if (!isHeld || outgoing.closed) return;
    const passed = once(outgoing, 'close');
    this.#passing.add(passed);
    await passed.finally(() => this.#passing.delete(passed));
  }

  #forward(incoming: IncomingMessage): Promise<IncomingMessage> {
    const { method, url: path, headers } = incoming;
    const port = this.targetPort;
    if (port === undefined) return Promise.reject(new Error('there is no target'));
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method, path, headers, agent: this.#agent };
      const forwarded = sendRequest(options, resolve);
      forwarded.once('error', reject);
      incoming.pipe(forwarded);
    });
  }

  /** Resolves when something written at `modifiedMs` may pass. */
  async #until(modifiedMs: number): Promise<void> {
    for (;;) {
      const { signal } = this.#settings;
      const inMs = this.#paused ? undefined : modifiedMs + this.#delayMs - Date.now();
      if (inMs !== undefined && inMs <= 0) return;
      // 2^31 ms is a timer's longest.
      await sleep(inMs ?? 2 ** 31 - 1, undefined, { signal }).catch(() => undefined);
    }
  }

  #settingsChanged(): void {
    this.#settings.abort();
    this.#settings = createSettings();
  }
}

/** Aborted when they change. Any number of requests may be held meanwhile. */
function createSettings(): AbortController {
  const settings = new AbortController();
  setMaxListeners(0, settings.signal);
  return settings;
}

/** What was written and deleted in a bucket: gateways read it to know what to bring over. */
const LOG = /^\/admin\/log\?(?:.*&)?type=bucket-index/;

/** The object that a gateway fetches, if it does: `/bucket/key?…rgwx-…`. */
function toPlace(url: string): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key] = /^\/([^/?]+)\/([^?]+)\?(?:.*&)?rgwx-/.exec(url) ?? [];
  if (bucket === undefined || key === undefined || bucket === 'admin') return undefined;
  return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
}
