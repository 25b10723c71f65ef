/** What a path of the node's port answers: a function from a request without a body to a reply. */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** Gets only GET and HEAD. */
export type Route = (request: IncomingMessage) => Reply;

/** By path. */
export type Routes = ReadonlyMap<string, Route>;

export function toJsonReply(status: number, body: object, headers?: OutgoingHttpHeaders): Reply {
  return {
    status,
    contentType: 'application/json',
    body: `${JSON.stringify(body)}\n`,
    ...(headers && { headers }),
  };
}

export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
