/**
 * The Runtime API of one execution environment: what its runtime client asks for events, and tells
 * what became of them (AWS: "Using the Lambda runtime API"). Decides nothing.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeFailure, type Invocation } from './invocation.js';
import { readBody } from './read-body.js';

const PREFIX = '/2018-06-01/runtime/';
const BODY_BYTES_MAX = 6 * 1024 * 1024;
const TOO_LARGE = describeFailure(
  'Function.ResponseSizeTooLarge',
  `The response is larger than ${BODY_BYTES_MAX} bytes`,
);

/** What the runtime does. */
export interface RuntimeEvents {
  /** It asks for an event; `hand` answers. */
  onNext(hand: Hand): void;
  /** It is done with the event. False: it is not the one that it has. */
  onAnswer(requestId: string, kind: 'success' | 'error', payload: Buffer): boolean;
  /** It could not load the function. */
  onInitError(payload: Buffer): void;
}

export type Hand = (invocation: Invocation, deadlineMs: number, functionArn: string) => void;

export interface RuntimeApi {
  /** Host and port, as the runtime wants them. */
  readonly address: string;
  shutdown(): void;
}

export async function startRuntimeApi(events: RuntimeEvents): Promise<RuntimeApi> {
  const server = createServer((request, response) => {
    answer(events, request, response).catch(() => response.destroy());
  });
  // A runtime is frozen for as long as it takes.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    shutdown: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  events: RuntimeEvents,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.startsWith(PREFIX) === true ? request.url.slice(PREFIX.length) : '';
  const body = await readBody(request, BODY_BYTES_MAX);
  // What the function wrote before is in its pipe by now: let it be read first.
  await nextTurn();
  if (path === 'invocation/next') {
    events.onNext((invocation, deadlineMs, functionArn) => {
      response.writeHead(200, toHeaders(invocation, deadlineMs, functionArn));
      response.end(invocation.payload);
    });
    return;
  }
  if (path === 'init/error') {
    events.onInitError(body ?? TOO_LARGE);
    reply(response, 202, { status: 'OK' });
    return;
  }
  const [, requestId = '', verb = ''] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
  const kind = verb === 'response' && body !== undefined ? 'success' : 'error';
  if (verb === '') reply(response, 404, toError('NotFound', path));
  else if (events.onAnswer(decodeURIComponent(requestId), kind, body ?? TOO_LARGE)) {
    reply(response, 202, { status: 'OK' });
  } else reply(response, 400, toError('InvalidRequestID', requestId));
}

function toHeaders(
  { requestId, traceId, clientContext }: Invocation,
  deadlineMs: number,
  functionArn: string,
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': String(deadlineMs),
    'lambda-runtime-invoked-function-arn': functionArn,
    'lambda-runtime-trace-id': traceId,
    ...(clientContext !== undefined && { 'lambda-runtime-client-context': clientContext }),
  };
}

function toError(errorType: string, errorMessage: string): object {
  return { errorType, errorMessage };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
