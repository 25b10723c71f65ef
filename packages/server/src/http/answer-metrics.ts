/**
 * `GET /metrics`: how the node is, for Prometheus and what understands it. docs/reference/metrics.md
 * describes every metric.
 *
 * Where the node has tokens, the scraper presents one with the role `admin` as a bearer token, unless
 * the operator has opened the route; a node without tokens listens on loopback only. Changes nothing.
 */
import type { IncomingMessage } from 'node:http';
import { contentTypeOf, type MetricsFormat } from '../metrics/exposition.js';
import { findGrants, type TokenGrant } from '../session/tokens.js';
import { type Reply, type Route, toJsonReply } from './route.js';

export interface MetricsRouteOptions {
  /** Who may scrape; undefined: whoever reaches the node. */
  readonly tokens: readonly TokenGrant[] | undefined;
  readonly namespace: string;
  readonly render: (format: MetricsFormat) => string;
}

const CHALLENGE = { 'www-authenticate': 'Bearer' } as const;

export function createAnswerMetrics(options: MetricsRouteOptions): Route {
  return (request) => {
    const refusal = refusalOf(request, options);
    if (refusal) return refusal;
    const format = formatFor(request);
    return { status: 200, contentType: contentTypeOf(format), body: options.render(format) };
  };
}

function refusalOf(
  { headers: { authorization = '' } }: IncomingMessage,
  { tokens, namespace }: MetricsRouteOptions,
): Reply | undefined {
  if (tokens === undefined) return undefined;
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const grants = findGrants(tokens, token);
  if (grants.length === 0) {
    return toJsonReply(401, { error: 'present a token: Authorization: Bearer …' }, CHALLENGE);
  }
  const isAllowed = grants.some((grant) => grant.role === 'admin' && grant.namespace === namespace);
  return isAllowed ? undefined : toJsonReply(403, { error: 'the token is not one of role admin' });
}

function formatFor({ headers: { accept = '' } }: IncomingMessage): MetricsFormat {
  return accept.includes('application/openmetrics-text') ? 'openmetrics' : 'prometheus';
}
