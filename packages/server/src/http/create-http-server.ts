/**
 * The node's one port: WebSocket sessions on `/`, and what operators' tools ask over HTTP. With
 * certificates it speaks TLS only.
 */
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TlsOptions } from '../tls/tls-options.js';
import { answer } from './answer.js';
import type { Routes } from './route.js';
import { type Refusal, refusalOf, refuse } from './upgrade.js';

/** Why a connection did not become a session or a request. */
export type RefusedConnection = Refusal['reason'] | 'connection_limit' | 'tls_handshake';

export interface HttpServerOptions {
  readonly frameBytesMax: number;
  /** Sessions at the same time; further ones are refused with 503. */
  readonly sessionCountMax: number;
  /** Pages of a browser may open sessions: only where a token protects the node. */
  readonly allowsOrigins: boolean;
  /** How long a TLS handshake, and then a request, may take to arrive. Default 5,000. */
  readonly requestTimeoutMs?: number;
  readonly isReady: () => boolean;
  readonly routes: Routes;
  /** Absent: the port speaks plain HTTP. */
  readonly tls?: TlsOptions | undefined;
  readonly onSession: (socket: WebSocket) => void;
  /** `detail`: what the TLS library says of it, which holds no secret. */
  readonly onRefused?: (reason: RefusedConnection, detail: string) => void;
}

export interface HttpServer {
  readonly server: Server;
  readonly sockets: ReadonlySet<WebSocket>;
  /** Connections that come from now on get these; only where the port speaks TLS. */
  renewTls(tls: TlsOptions): void;
  /** Ends every connection at once, a handshake in progress included. */
  destroyConnections(): void;
}

/**
 * From when on TCP asks whether an idle client is still there. A function's environment vanishes
 * without a farewell, and its sessions would fill up the node.
 */
const KEEP_ALIVE_DELAY_MS = 60_000;

/** For the whole of a request: there is nothing to send that takes longer. */
const REQUEST_TIMEOUT_MS = 5_000;
/** Connections beside sessions: requests, and upgrades that are on their way. */
const CONNECTION_COUNT_EXTRA = 1_000;
/** Clients of ours send a frame in one piece; each piece costs memory beside its bytes. */
const FRAGMENT_COUNT_MAX = 1_024;
const BUFFERED_CHUNK_COUNT_MAX = 16 * 1024;

/** Builds the server; the caller listens and closes. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { onRefused = () => undefined } = options;
  const sessions = createSessionServer(options.frameBytesMax);
  const { server, renewTls } = createListener(options, (request, response) => {
    answer(request, response, options.routes);
  });
  server.maxConnections = options.sessionCountMax + CONNECTION_COUNT_EXTRA;
  server.on('drop', () => onRefused('connection_limit', ''));
  server.on('tlsClientError', ({ message }: Error) => onRefused('tls_handshake', message));
  server.on('upgrade', (request: IncomingMessage, socket, head: Buffer) => {
    const refusal = refusalOf(request, options, sessions.clients.size);
    if (refusal === undefined) {
      sessions.handleUpgrade(request, socket, head, options.onSession);
      return;
    }
    onRefused(refusal.reason, '');
    refuse(socket, refusal.status);
  });
  return {
    server,
    sockets: sessions.clients,
    renewTls,
    destroyConnections: trackConnections(server),
  };
}

function createSessionServer(frameBytesMax: number): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: frameBytesMax,
    perMessageDeflate: false,
    // Answered in `serve-session.ts`, where what a client does not read is counted.
    autoPong: false,
    maxFragments: FRAGMENT_COUNT_MAX,
    maxBufferedChunks: BUFFERED_CHUNK_COUNT_MAX,
  });
}

function createListener(
  { tls, requestTimeoutMs = REQUEST_TIMEOUT_MS }: HttpServerOptions,
  onRequest: Parameters<typeof createPlainServer>[1],
): Pick<HttpServer, 'server' | 'renewTls'> {
  const options: ServerOptions = {
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 5),
  };
  if (tls === undefined) {
    return { server: createPlainServer(options, onRequest), renewTls: () => undefined };
  }
  const isMutual = tls.ca !== undefined;
  const server = createTlsServer(
    {
      ...options,
      ...secureContextOf(tls),
      handshakeTimeout: requestTimeoutMs,
      requestCert: isMutual,
      rejectUnauthorized: isMutual,
    },
    onRequest,
  );
  return { server, renewTls: (next) => server.setSecureContext(secureContextOf(next)) };
}

function secureContextOf({ cert, key, ca }: TlsOptions): SecureContextOptions {
  return { cert, key, ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' };
}

/** HTTP's own list lacks connections that are still shaking hands. */
function trackConnections(server: Server): () => void {
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return () => {
    for (const socket of connections) socket.destroy();
  };
}
