/** The port of a node: what its routes and its sessions have to do with the node's other parts. */
import type { NodeHost } from '../host/node-host.js';
import { collectNodeMetrics } from '../metrics/collect.js';
import { formatFamilies, type MetricsFormat } from '../metrics/exposition.js';
import type { NodeCounts } from '../metrics/node-counts.js';
import { readProcessMetrics } from '../metrics/process-metrics.js';
import type { Log } from '../ports.js';
import { DEFAULT_SESSION_COUNT_MAX, type ServerOptions } from '../server-options.js';
import type { NodeIdentity } from '../session/greet.js';
import { serveSession } from '../session/serve-session.js';
import type { NodeTls } from '../tls/node-tls.js';
import { createHttpServer, type HttpServer } from './create-http-server.js';
import { createRoutes } from './routes.js';

/** The parts of a node that others are put together with. */
export interface NodeParts {
  readonly identity: NodeIdentity;
  readonly host: NodeHost;
  readonly counts: NodeCounts;
  readonly tls: NodeTls;
  readonly log: Log;
  readonly isReady: () => boolean;
}

export function createNodePort(options: ServerOptions, node: NodeParts): HttpServer {
  const { identity, host, counts, log, isReady } = node;
  const { tokens, limits, metrics: access = 'admin' } = options;
  const metrics = {
    tokens: access === 'open' ? undefined : tokens,
    namespace: identity.namespace,
    render: (format: MetricsFormat) => renderMetrics(options, node, format),
  };
  return createHttpServer({
    frameBytesMax: identity.frameBytesMax,
    sessionCountMax: limits?.sessionCountMax ?? DEFAULT_SESSION_COUNT_MAX,
    allowsOrigins: tokens !== undefined,
    isReady,
    routes: createRoutes({ isReady, metrics }),
    tls: options.tls,
    onSession: (socket) => {
      serveSession(socket, { host, identity, log, observer: counts });
    },
    onRefused: (reason, detail) => {
      counts.connectionRefused(reason);
      log({ level: 'debug', event: 'connection_refused', reason, detail });
    },
  });
}

function renderMetrics(
  { peers = [] }: ServerOptions,
  { host, counts, tls }: NodeParts,
  format: MetricsFormat,
): string {
  const ofNode = collectNodeMetrics({
    counts,
    status: host.status(),
    peers: peers.map(({ name }) => name),
    certificateEndMs: tls.endMs,
  });
  return formatFamilies([...ofNode, ...readProcessMetrics()], format);
}
