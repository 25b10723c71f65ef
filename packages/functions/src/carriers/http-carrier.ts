import { BAGGAGE } from './message-attributes.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';

/** Headers as Node.js has them, and as `fetch` takes them. */
export type HttpHeaders =
  | Headers
  | Readonly<Record<string, number | string | readonly string[] | undefined>>
  | readonly (readonly string[])[];

/** What has headers: the options of `http.request`, an `IncomingMessage`, a `Request` or its init, a reply. */
export interface HttpMessage {
  // Not read-only: the options are not.
  headers?: HttpHeaders | undefined;
}

/**
 * HTTP: the header `baggage`, in Node.js' objects and in those of Fetch. Headers that come from outside
 * are whatever somebody wrote there: extract them only from callers that you trust.
 *
 * @example
 * await fetch(url, httpCarrier.inject(rv, { method: 'POST', body }));
 * http.createServer((request, reply) => rv.run(httpCarrier.extract(rv, request), () => handle(request, reply)));
 */
export const httpCarrier: MessageCarrier<HttpMessage, HttpMessage> = createCarrier({
  name: 'http',
  read: readHeader,
  write: writeHeaders,
  readArrived: readHeader,
});

function readHeader({ headers }: HttpMessage): string | undefined {
  if (!headers) return undefined;
  if (headers instanceof Headers) return headers.get(BAGGAGE) ?? undefined;
  const values = entriesOf(headers)
    .filter(isBaggage)
    .map(([, value]) => value);
  return values.length > 0 ? values.flat().join(',') : undefined;
}

function writeHeaders<Message extends HttpMessage>(message: Message, baggage: string): Message {
  const { headers = {} } = message;
  if (isFetchMessage(message)) {
    const copy = message.clone();
    copy.headers.set(BAGGAGE, baggage);
    return copy;
  }
  return { ...message, headers: withHeader(headers, baggage) };
}

function withHeader(headers: HttpHeaders, baggage: string): HttpHeaders {
  if (headers instanceof Headers) {
    const copy = new Headers(headers);
    copy.set(BAGGAGE, baggage);
    return copy;
  }
  const entries = [...entriesOf(headers).filter((entry) => !isBaggage(entry)), [BAGGAGE, baggage]];
  // Their values are those that we were given.
  return isPairs(headers)
    ? (entries as [string, string][])
    : (Object.fromEntries(entries) as Record<string, string>);
}

/** A `Request` or `Response`: a copy of its fields is not one. */
function isFetchMessage<Message extends HttpMessage>(
  message: Message,
): message is Message & { headers: Headers; clone(): Message & { headers: Headers } } {
  return 'clone' in message && message.headers instanceof Headers;
}

type HeaderEntry = readonly [name: string, value: unknown];

function entriesOf(headers: Exclude<HttpHeaders, Headers>): readonly HeaderEntry[] {
  return isPairs(headers) ? (headers as readonly HeaderEntry[]) : Object.entries(headers);
}

/** `Array.isArray` does not tell a read-only list. */
function isPairs(headers: HttpHeaders | undefined): headers is readonly (readonly string[])[] {
  return Array.isArray(headers);
}

function isBaggage([name, value]: HeaderEntry): boolean {
  return value !== undefined && name.toLowerCase() === BAGGAGE;
}
