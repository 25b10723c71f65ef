/** Sessions over real sockets, with the node's side of them in the test's hands. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import type { CoreLimits } from '../src/core/core-state.js';
import { NodeCore } from '../src/core/node-core.js';
import { NodeHost } from '../src/host/node-host.js';
import { createHttpServer, type HttpServerOptions } from '../src/http/create-http-server.js';
import { createRoutes } from '../src/http/routes.js';
import { createMemoryJournal } from '../src/journal/memory-journal.js';
import type { Journal, LogEvent } from '../src/ports.js';
import { serveSession, type SessionContext } from '../src/session/serve-session.js';
import type { TokenGrant } from '../src/session/tokens.js';
import { FakeStore } from './fake-store.js';

export interface SessionServer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** The node's side of every session. */
  readonly sockets: ReadonlySet<WebSocket>;
  /** TCP connections, with a session or without. */
  countConnections(): Promise<number>;
  readonly events: readonly LogEvent[];
  readonly failures: readonly unknown[];
}

export interface SessionServerOptions
  extends
    Partial<Pick<SessionContext, 'helloTimeoutMs' | 'silenceMsMax'>>,
    Partial<Omit<HttpServerOptions, 'onSession'>> {
  readonly tokens?: readonly TokenGrant[];
  readonly journal?: Journal;
  readonly limits?: Partial<CoreLimits>;
}

/** Serves us, with `posts` and, a store with markers, `photos`, whose home is eu; ends with the test. */
export async function startSessionServer(
  options: SessionServerOptions = {},
): Promise<SessionServer> {
  const { journal = createMemoryJournal(), frameBytesMax = 1024 * 1024, tokens } = options;
  const identity = {
    nodeId: 'test',
    namespace: 'default',
    regions: ['us'],
    stores: ['posts', 'photos'].map((name) => ({ name, home: 'eu', regions: ['eu', 'us'] })),
    modeCeiling: 'enforce',
    frameBytesMax,
    tokens,
  } as const;
  const events: LogEvent[] = [];
  const failures: unknown[] = [];
  const host = new NodeHost({
    core: createCore(journal, options.limits ?? {}),
    journal,
    onFatal: (error) => failures.push(error),
  });
  const context = { host, identity, log: (event: LogEvent) => events.push(event), ...options };
  const { isReady = () => true } = options;
  const metrics = { tokens, namespace: 'default', render: () => '' };
  const { server, sockets } = createHttpServer({
    sessionCountMax: 100,
    allowsOrigins: tokens !== undefined,
    routes: createRoutes({ isReady, metrics }),
    isReady,
    ...options,
    frameBytesMax,
    onSession: (socket) => serveSession(socket, context),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    for (const socket of sockets) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    host.shutdown();
  });
  const countConnections = promisify(server.getConnections.bind(server));
  return {
    url: `${options.tls ? 'wss' : 'ws'}://127.0.0.1:${port}`,
    port,
    server,
    sockets,
    countConnections,
    events,
    failures,
  };
}

function createCore(journal: Journal, limits: Partial<CoreLimits>): NodeCore {
  const { order } = new FakeStore().strategy;
  const regions = [
    { name: 'eu', replicas: ['eu-1'] },
    { name: 'us', replicas: ['us-1'] },
  ];
  return new NodeCore(
    {
      nodeId: 'test',
      namespace: 'default',
      regions: ['us'],
      stores: [
        { name: 'posts', home: 'eu', regions, order, branchTtlMs: 60_000 },
        { name: 'photos', home: 'eu', regions, hasMarkers: true, branchTtlMs: 60_000 },
      ],
      peers: [],
      journal: journal.recovered,
      limits,
    },
    performance.now(),
  );
}
