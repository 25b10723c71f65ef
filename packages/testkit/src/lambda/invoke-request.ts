/** The Invoke API's requests, read and checked (AWS: "Invoke - AWS Lambda API reference"). Pure. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Invocation } from './invocation.js';

/** Of a synchronous invocation's event, and of an asynchronous one's. */
export const EVENT_BYTES_MAX: number = 6 * 1024 * 1024;
const ASYNC_EVENT_BYTES_MAX = 1024 * 1024;
/** Of the client context, in base64. */
const CLIENT_CONTEXT_CHARACTERS_MAX = 3_583;

export interface InvokeRequest {
  readonly type: 'RequestResponse' | 'Event' | 'DryRun';
  readonly wantsLog: boolean;
  readonly invocation: Invocation;
}

export interface InvokeFault {
  readonly status: number;
  /** As the SDK names its exception. */
  readonly errorType: string;
  readonly message: string;
}

/** The function that a path of the API names; undefined: it is no invocation. */
export function functionNameOf(path: string): string | undefined {
  const [, encoded] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(\?|$)/.exec(path) ?? [];
  if (encoded === undefined) return undefined;
  // A name, an ARN or a part of one, each perhaps with a version.
  const name = decodeURIComponent(encoded).replace(/^(arn:.*:|\d+:)?function:/, '');
  return name.split(':')[0];
}

/** `body` undefined: it was too long to read. */
export function parseInvoke(
  headers: IncomingHttpHeaders,
  body: Buffer | undefined,
): InvokeRequest | InvokeFault {
  const type = headerOf(headers, 'x-amz-invocation-type') ?? 'RequestResponse';
  if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun') {
    return fault(400, 'InvalidParameterValueException', `Unknown invocation type: ${type}`);
  }
  const bytesMax = type === 'Event' ? ASYNC_EVENT_BYTES_MAX : EVENT_BYTES_MAX;
  if (body === undefined || body.length > bytesMax) {
    const message = `Request must be smaller than ${bytesMax} bytes for the InvokeFunction operation`;
    return fault(413, 'RequestTooLargeException', message);
  }
  const payload = body.length === 0 ? Buffer.from('{}') : body;
  if (!isJson(payload.toString())) {
    return fault(400, 'InvalidRequestContentException', 'Could not parse request body into json');
  }
  const context = headerOf(headers, 'x-amz-client-context') ?? '';
  const clientContext = Buffer.from(context, 'base64').toString();
  if (
    context.length > CLIENT_CONTEXT_CHARACTERS_MAX ||
    !(context === '' || isJson(clientContext))
  ) {
    return fault(
      400,
      'InvalidRequestContentException',
      'Client context must be a valid JSON object',
    );
  }
  const traceId = headerOf(headers, 'x-amzn-trace-id') ?? '';
  const invocation = {
    ...createInvocation(payload, traceId),
    ...(context !== '' && { clientContext: toAscii(clientContext) }),
  };
  return { type, wantsLog: headerOf(headers, 'x-amz-log-type') === 'Tail', invocation };
}

export function createInvocation(payload: Buffer, traceId: string = ''): Invocation {
  return { requestId: randomUUID(), payload, traceId };
}

export function fault(status: number, errorType: string, message: string): InvokeFault {
  return { status, errorType, message };
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON that a header can carry. */
function toAscii(json: string): string {
  return json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
