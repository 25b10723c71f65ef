/** Lambda's Invoke API over HTTP: what the AWS SDK's `InvokeCommand` sends. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InvocationOutcome } from './invocation.js';
import {
  EVENT_BYTES_MAX,
  fault,
  functionNameOf,
  parseInvoke,
  type InvokeFault,
  type InvokeRequest,
} from './invoke-request.js';
import { readBody } from './read-body.js';
import type { WorkerPool } from './worker-pool.js';

const LOG_BYTES_MAX = 4 * 1024;

export interface InvokeApi {
  readonly endpoint: string;
  shutdown(): void;
}

export interface InvokeTargets {
  find(functionName: string): WorkerPool | undefined;
  /** Takes an asynchronous invocation. */
  enqueue(pool: WorkerPool, request: InvokeRequest): void;
}

export async function startInvokeApi(targets: InvokeTargets): Promise<InvokeApi> {
  const server = createServer((request, response) => {
    answer(targets, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    shutdown: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  targets: InvokeTargets,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, EVENT_BYTES_MAX);
  const name = functionNameOf(request.url ?? '');
  if (name === undefined || request.method !== 'POST') {
    replyFault(response, fault(404, 'UnknownOperationException', 'Only Invoke is served here'));
    return;
  }
  const pool = targets.find(name);
  if (pool === undefined) {
    replyFault(response, fault(404, 'ResourceNotFoundException', `Function not found: ${name}`));
    return;
  }
  const parsed = parseInvoke(request.headers, body);
  if ('status' in parsed) {
    replyFault(response, parsed);
    return;
  }
  response.setHeader('x-amzn-requestid', parsed.invocation.requestId);
  if (parsed.type === 'DryRun') response.writeHead(204).end();
  else if (parsed.type === 'Event') {
    targets.enqueue(pool, parsed);
    response.writeHead(202).end();
  } else await invoke(pool, parsed, response);
}

async function invoke(
  pool: WorkerPool,
  { invocation, wantsLog }: InvokeRequest,
  response: ServerResponse,
): Promise<void> {
  const running = pool.tryInvoke(invocation);
  if (running === undefined) {
    replyFault(response, fault(429, 'TooManyRequestsException', 'Rate Exceeded.'));
    return;
  }
  const outcome = await running;
  response.setHeader('content-type', 'application/json');
  response.setHeader('x-amz-executed-version', '$LATEST');
  if (outcome.kind !== 'success') response.setHeader('x-amz-function-error', 'Unhandled');
  if (wantsLog) response.setHeader('x-amz-log-result', tailOf(outcome));
  response.writeHead(200).end(outcome.payload);
}

/** The last 4 KB of the log, in base64. */
function tailOf({ log }: InvocationOutcome): string {
  return Buffer.from(log.join('\n')).subarray(-LOG_BYTES_MAX).toString('base64');
}

function replyFault(response: ServerResponse, { status, errorType, message }: InvokeFault): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-amzn-errortype': errorType,
  });
  response.end(JSON.stringify({ Type: 'User', Message: message, message }));
}
