/**
 * A TCP proxy that makes a link slow, hold still, break or refuse, for any protocol.
 * Bytes are never reordered, changed or dropped, except by `cut` and `shutdown`.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createDelayLine, type DelayLine, type LineSettings } from './delay-line.js';

/** `toTarget`: what clients send. `toClient`: what the target answers. */
export type ProxyDirection = 'toTarget' | 'toClient';

export interface DelayProxyOptions {
  readonly targetPort: number;
  /** Default 127.0.0.1. */
  readonly targetHost?: string;
  /** In each direction. Default 0. */
  readonly delayMs?: number;
  /**
   * Delays are exact to about 0.1 ms instead of 1 to 2, at the price of processor time while something is
   * held, and of naps of 0.1 ms that block the thread: for processes that do nothing else. Default false.
   */
  readonly precise?: boolean;
}

export interface ProxyTraffic {
  /** Reads from the sender's socket: with TCP_NODELAY and pauses between them, its writes. */
  readonly chunks: number;
  readonly bytes: number;
  /** Let through, but not yet taken by the operating system. */
  readonly sendingBytes: number;
}

export interface DelayProxy {
  readonly port: number;
  /** Open connections of clients. */
  readonly connections: number;
  /** What was received since the start, delivered or not. */
  readonly traffic: Readonly<Record<ProxyDirection, ProxyTraffic>>;
  /** Applies to what is held already, too. Without a direction: to both. */
  setDelay(ms: number, direction?: ProxyDirection): void;
  /** Holds everything back; connections stay up. Without a direction: both. */
  pause(direction?: ProxyDirection): void;
  resume(direction?: ProxyDirection): void;
  /** Breaks every connection at once; what is held is lost. New ones are accepted. */
  cut(): void;
  /** While true, new connections are closed at once. */
  refuse(refusing: boolean): void;
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startDelayProxy(options: DelayProxyOptions): Promise<DelayProxy> {
  const proxy = new TcpDelayProxy(options);
  await proxy.listen();
  return proxy;
}

interface Link {
  readonly client: Socket;
  readonly target: Socket;
  readonly lines: Readonly<Record<ProxyDirection, DelayLine>>;
}

class TcpDelayProxy implements DelayProxy {
  readonly #options: DelayProxyOptions;
  readonly #server: Server = createServer({ allowHalfOpen: true, noDelay: true });
  readonly #links = new Set<Link>();
  readonly #settings: Readonly<Record<ProxyDirection, LineSettings>>;
  #refusing = false;
  #port = 0;

  constructor(options: DelayProxyOptions) {
    const { delayMs = 0, precise = false } = options;
    this.#options = options;
    this.#settings = {
      toTarget: { delayMs, precise, paused: false, chunks: 0, bytes: 0 },
      toClient: { delayMs, precise, paused: false, chunks: 0, bytes: 0 },
    };
    this.#server.on('connection', (client) => {
      this.#accept(client);
    });
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#links.size;
  }

  get traffic(): Readonly<Record<ProxyDirection, ProxyTraffic>> {
    return { toTarget: this.#trafficOf('toTarget'), toClient: this.#trafficOf('toClient') };
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not a TCP server');
    this.#port = address.port;
  }

  setDelay(ms: number, direction?: ProxyDirection): void {
    this.#change(direction, (settings) => (settings.delayMs = ms));
  }

  pause(direction?: ProxyDirection): void {
    this.#change(direction, (settings) => (settings.paused = true));
  }

  resume(direction?: ProxyDirection): void {
    this.#change(direction, (settings) => (settings.paused = false));
  }

  cut(): void {
    for (const link of this.#links) this.#break(link);
  }

  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  async shutdown(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #trafficOf(direction: ProxyDirection): ProxyTraffic {
    const { chunks, bytes } = this.#settings[direction];
    const sending = Array.from(this.#links, ({ lines }) => lines[direction].sendingBytes);
    return { chunks, bytes, sendingBytes: sending.reduce((sum, each) => sum + each, 0) };
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const { targetPort, targetHost = '127.0.0.1' } = this.#options;
    const target = connect({
      port: targetPort,
      host: targetHost,
      allowHalfOpen: true,
      noDelay: true,
    });
    target.on('error', () => undefined);
    const link: Link = {
      client,
      target,
      lines: {
        toTarget: createDelayLine(client, target, this.#settings.toTarget),
        toClient: createDelayLine(target, client, this.#settings.toClient),
      },
    };
    this.#links.add(link);
    // A side that closed in order has ended already: the other side gets its end through the line.
    // One that failed takes the other side with it.
    for (const socket of [client, target]) {
      socket.once('close', (failed) => {
        if (failed || (client.destroyed && target.destroyed)) this.#break(link);
      });
    }
  }

  #break(link: Link): void {
    this.#links.delete(link);
    for (const line of Object.values(link.lines)) line.shutdown();
    // A reset, not an end: what a broken link looks like to both sides.
    for (const socket of [link.client, link.target]) {
      if (!socket.destroyed) socket.resetAndDestroy();
    }
  }

  #change(direction: ProxyDirection | undefined, apply: (settings: LineSettings) => void): void {
    const directions: readonly ProxyDirection[] = direction
      ? [direction]
      : ['toTarget', 'toClient'];
    for (const each of directions) apply(this.#settings[each]);
    for (const link of this.#links) {
      for (const each of directions) link.lines[each].settingsChanged();
    }
  }
}
