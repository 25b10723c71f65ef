/** Answers requests: everything that is the same for all routes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathOf, type Reply, type Routes, toJsonReply } from './route.js';

export function answer(request: IncomingMessage, response: ServerResponse, routes: Routes): void {
  const refusal = refusalOf(request);
  // What follows of the request, if anything does, is not for us to read.
  if (refusal) response.shouldKeepAlive = false;
  const { status, contentType, body, headers } = refusal ?? replyTo(request, routes);
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}

function refusalOf(request: IncomingMessage): Reply | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return toJsonReply(405, { error: 'only GET' }, { allow: 'GET, HEAD' });
  }
  return hasBody(request) ? toJsonReply(413, { error: 'a request has no body' }) : undefined;
}

function replyTo(request: IncomingMessage, routes: Routes): Reply {
  const route = routes.get(pathOf(request));
  if (route) return route(request);
  const paths = [...routes.keys()].filter((path) => path !== '/').join(', ');
  return toJsonReply(404, { error: `not found; there is: ${paths}` });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
