/**
 * Two places in the invocation of a function. The client context costs the payload nothing, but Lambda
 * hands it over for synchronous invocations only.
 */

import { byteSize, limitOf } from './byte-size.js';
import { envelopeOf, readEnvelope, writeEnvelope } from './json-envelope.js';
import { BAGGAGE } from './message-attributes.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';

/** The input of `InvokeCommand`. */
export interface LambdaInvocation {
  // Not read-only: the command's input is not.
  ClientContext?: string | undefined;
  Payload?: unknown;
}

/** What a function is told about its invocation. */
export interface InvocationContext {
  readonly clientContext?: unknown;
}

/** Base64 included. */
const CLIENT_CONTEXT_BYTES_MAX = 3_583;

interface ClientContext {
  readonly custom?: Readonly<Record<string, unknown>>;
}

/** A synchronous invocation: the member `custom.baggage` of the client context. */
export const lambdaCarrier: MessageCarrier<LambdaInvocation, InvocationContext> = createCarrier({
  name: 'lambda',
  read: ({ ClientContext }: LambdaInvocation) => baggageOf(parseContext(ClientContext)),
  write: (invocation, baggage) => {
    const context = parseContext(invocation.ClientContext);
    const custom = { ...context.custom, [BAGGAGE]: baggage };
    const json = JSON.stringify({ ...context, custom });
    return { ...invocation, ClientContext: Buffer.from(json).toString('base64') };
  },
  readArrived: ({ clientContext }: InvocationContext) =>
    baggageOf((clientContext ?? {}) as ClientContext),
  sizeBytes: ({ ClientContext }) => byteSize(ClientContext),
  limitBytes: () => CLIENT_CONTEXT_BYTES_MAX,
});

/**
 * An asynchronous invocation: the member `_rendezvous` of the payload. `carry` uses it only for the
 * functions that are named in its option `envelopes`.
 */
export const lambdaPayloadCarrier: MessageCarrier<LambdaInvocation, unknown> = createCarrier({
  name: 'lambda',
  read: ({ Payload }: LambdaInvocation) => readEnvelope(toText(Payload)),
  write: (invocation, baggage) => ({
    ...invocation,
    Payload: new TextEncoder().encode(writeEnvelope(toText(invocation.Payload), baggage)),
  }),
  readArrived: envelopeOf,
  sizeBytes: ({ Payload }) => byteSize(Payload),
  limitBytes: limitOf(256, 1_024, 6_144),
});

function baggageOf({ custom }: ClientContext): string | undefined {
  const baggage = custom?.[BAGGAGE];
  return typeof baggage === 'string' ? baggage : undefined;
}

/** Throws for what is no JSON. */
function parseContext(base64: string | undefined): ClientContext {
  return JSON.parse(Buffer.from(base64 ?? 'e30=', 'base64').toString()) as ClientContext;
}

/** Throws for what is no UTF-8. */
function toText(payload: unknown): string {
  if (payload === undefined) return '{}';
  if (typeof payload === 'string') return payload;
  return new TextDecoder('utf-8', { fatal: true }).decode(payload as Uint8Array);
}
