/** A client of the AWS SDK v3 whose requests pass through a middleware of ours. */
import { RendezvousError } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import { isWrapped } from '../shim-registry.js';
import type { Middleware, SdkClient } from './driver.js';

const MIDDLEWARE = 'rendezvous';

/** A client of the AWS SDK v3, as far as its type matters here. */
export interface SdkClientLike {
  send(...parameters: never[]): unknown;
  readonly middlewareStack: object;
}

export interface ClientWrapping {
  /** The function that wraps; for messages. */
  readonly name: string;
  readonly leaseMs: number | undefined;
  /** Whether a clone of the wrapped client's stack is one of the bare client's. Default false. */
  readonly clonesAreBare?: boolean;
  /** `bare`: the client without this middleware. */
  createMiddleware(bare: SdkClient): Middleware;
  /** Runs for each attempt. */
  readonly markAttempts: Middleware;
}

/** Throws `config_invalid` where it is no such client, or wrapped already, or `leaseMs` out of range. */
export function wrapSdkClient<T extends SdkClientLike>(client: T, wrapping: ClientWrapping): T {
  const { name, leaseMs = 1, clonesAreBare = false } = wrapping;
  if (!Number.isInteger(leaseMs) || leaseMs < 1 || leaseMs > 900_000) {
    throw invalid(name, 'leaseMs must be an integer from 1 to 900,000');
  }
  const bare = client as SdkClientLike as SdkClient;
  const names = readStack(name, bare);
  if (isWrapped(client) || names.some((known) => known.startsWith(`${MIDDLEWARE} `))) {
    throw invalid(name, 'it is wrapped already: wrap the one inside (unwrap)');
  }
  const middlewareStack = bare.middlewareStack.clone();
  middlewareStack.addRelativeTo(wrapping.createMiddleware(bare), {
    name: MIDDLEWARE,
    relation: 'before',
    toMiddleware: 'serializerMiddleware',
  });
  middlewareStack.addRelativeTo(wrapping.markAttempts, {
    name: `${MIDDLEWARE}Attempts`,
    relation: 'after',
    toMiddleware: 'retryMiddleware',
  });
  if (clonesAreBare) middlewareStack.clone = () => bare.middlewareStack.clone();
  // Its methods call `send` of what they are called on, which takes the stack from there.
  return createShim(client, { middlewareStack }, () => true);
}

function readStack(name: string, { middlewareStack }: Partial<SdkClient>): readonly string[] {
  const { clone, identify } = (middlewareStack ?? {}) as Partial<Record<string, unknown>>;
  if (middlewareStack && typeof clone === 'function' && typeof identify === 'function') {
    return middlewareStack.identify();
  }
  throw invalid(name, 'it is no client of the AWS SDK for JavaScript v3');
}

function invalid(name: string, reason: string): RendezvousError {
  return new RendezvousError('config_invalid', `${name} cannot wrap this client: ${reason}`);
}
