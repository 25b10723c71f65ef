/**
 * The node's one port: WebSocket sessions on `/`, and what operators' tools ask over HTTP.
 *
 *   GET /healthz  200 while the process runs
 *   GET /readyz   200 once the journal is replayed and until the shutdown begins, else 503
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

export interface HttpServerOptions {
  readonly frameBytesMax: number;
  /** Sessions at the same time; further ones are refused with 503. */
  readonly sessionCountMax: number;
  /** Pages of a browser may open sessions: only where a token protects the node. */
  readonly allowsOrigins: boolean;
  /** How long a request may take to arrive. Default 5,000. */
  readonly requestTimeoutMs?: number;
  readonly isReady: () => boolean;
  readonly onSession: (socket: WebSocket) => void;
}

export interface HttpServer {
  readonly server: Server;
  readonly sockets: ReadonlySet<WebSocket>;
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
  const sessions = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: options.frameBytesMax,
    perMessageDeflate: false,
    // Answered in `serve-session.ts`, where what a client does not read is counted.
    autoPong: false,
    maxFragments: FRAGMENT_COUNT_MAX,
    maxBufferedChunks: BUFFERED_CHUNK_COUNT_MAX,
  });
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const serverOptions: ServerOptions = {
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 5),
  };
  const server = createServer(serverOptions, (request, response) => {
    answer(request, response, options.isReady());
  });
  server.maxConnections = options.sessionCountMax + CONNECTION_COUNT_EXTRA;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, options, sessions.clients.size);
    if (refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    sessions.handleUpgrade(request, socket, head, (webSocket) => {
      options.onSession(webSocket);
    });
  });
  return { server, sockets: sessions.clients };
}

function refusalOf(
  request: IncomingMessage,
  options: HttpServerOptions,
  sessionCount: number,
): string | undefined {
  if (pathOf(request) !== '/') return '404 Not Found';
  // Without a token any web page that the operator visits could otherwise talk to this node.
  if (request.headers.origin !== undefined && !options.allowsOrigins) return '403 Forbidden';
  if (!options.isReady() || sessionCount >= options.sessionCountMax) {
    return '503 Service Unavailable';
  }
  return undefined;
}

/** From the upgrade on the socket is ours alone: nobody else hears its errors, nor closes it. */
function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function answer(request: IncomingMessage, response: ServerResponse, isReady: boolean): void {
  const path = pathOf(request);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    respond(response, 405, { error: 'only GET' });
  } else if (hasBody(request)) {
    respond(response, 413, { error: 'a request has no body' });
  } else if (path === '/healthz') {
    respond(response, 200, { status: 'ok' });
  } else if (path === '/readyz') {
    respond(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not_ready' });
  } else if (path === '/') {
    response.setHeader('upgrade', 'websocket');
    respond(response, 426, { error: 'sessions speak WebSocket: use a Rendezvous client' });
  } else {
    respond(response, 404, { error: 'not found: try /healthz or /readyz' });
  }
}

function respond(response: ServerResponse, status: number, body: object): void {
  // What follows of the request, if anything does, is not for us to read.
  if (status === 405 || status === 413) response.shouldKeepAlive = false;
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
