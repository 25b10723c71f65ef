/**
 * What the shim does with each request, as a middleware of the SDK:
 *
 *   read           ──▶ waits
 *   write          ──▶ goes out, with its marker where it has metadata, and opens its branch meanwhile
 *   create upload  ──▶ goes out with the marker of the write that its completion will be
 *   other          ──▶ as it is
 *
 * Whatever comes back is without markers.
 */
import { KEY_COUNT_MAX } from '@rendezvous/protocol';
import type { StoreHandle } from '@rendezvous/protocol';
import type {
  Fields,
  Handler,
  Middleware,
  MiddlewareArguments,
  MiddlewareContext,
  MiddlewareResult,
  SdkClient,
  SdkCommand,
} from '../aws-sdk/driver.js';
import { findOrigin } from '../aws-sdk/find-origin.js';
import { isFirstRefusal, type SdkError } from '../aws-sdk/first-refusal.js';
import { markCopy } from './mark-copy.js';
import { addMarker, hideMarker, type Metadata } from './marker-metadata.js';
import { encodePlace, type ObjectPlace } from './object-place.js';
import { isReplicated, ReplicatedPrefixes } from './replicated-prefixes.js';
import { planRequest, type RequestPlan } from './request-plan.js';
import { UploadMarkers } from './uploads.js';
import type { WrapS3Options } from './wrap-options.js';

/** Longer than the SDK goes on with most requests; one that takes longer costs a second open. */
const LEASE_MS = 60_000;
/** Objects take minutes to arrive at times. */
const TIMEOUT_MS = 60_000;

/** `bare`: the client without this middleware. */
export function createRequestMiddleware(
  bare: SdkClient,
  handle: StoreHandle,
  options: WrapS3Options,
): Middleware {
  const uploads = new UploadMarkers();
  const prefixes = new ReplicatedPrefixes(options.prefixes);
  return (next, context) => {
    const run = createRun({ bare, handle, options, uploads, prefixes, next, context });
    return async (args) => {
      const result = await run(args);
      if (options.hideMarkers !== false) hideMarker(result.output);
      return result;
    };
  };
}

interface Request {
  readonly bare: SdkClient;
  readonly handle: StoreHandle;
  readonly options: WrapS3Options;
  readonly uploads: UploadMarkers;
  readonly prefixes: ReplicatedPrefixes;
  readonly next: Handler;
  readonly context: MiddlewareContext;
}

type WritePlan = Extract<RequestPlan, { readonly kind: 'write' }>;

function createRun(request: Request): Handler {
  const { handle, options, next, context } = request;
  const command = context.__smithy_context?.commandInstance;
  return async (args) => {
    if (!handle.active || command === undefined) return next(args);
    const plan = planRequest(context.commandName ?? '', args.input, options.buckets ?? {});
    switch (plan.kind) {
      case 'write':
        return write(request, args, plan, command);
      case 'create-upload':
        return createUpload(request, args);
      case 'read':
        return read(request, args, plan.places, command);
      case 'other':
        return next(args);
    }
  };
}

async function write(
  request: Request,
  args: MiddlewareArguments,
  plan: WritePlan,
  command: SdkCommand,
): Promise<MiddlewareResult> {
  const places = await findReplicated(request, plan, command);
  if (places?.length === 0) return request.next(args);
  return openFor(request, args, places, (bid) => send(request, args, plan, command, bid));
}

/** Objects that no other region gets leave nothing to wait for. */
async function findReplicated(
  { prefixes, bare }: Request,
  { places, bucket, how }: WritePlan,
  command: SdkCommand,
): Promise<readonly ObjectPlace[] | undefined> {
  const rules = places && (await prefixes.find(bare, command, bucket));
  return places?.filter(({ key }) => isReplicated(rules, key, how === 'delete'));
}

/** One branch, or several of them around one request that names more keys than a branch takes. */
function openFor(
  request: Request,
  args: MiddlewareArguments,
  places: readonly ObjectPlace[] | undefined,
  execute: (bid: string) => Promise<MiddlewareResult>,
): Promise<MiddlewareResult> {
  const { handle, options, uploads } = request;
  const marker = uploads.find(args.input['UploadId']);
  const own = places?.slice(0, KEY_COUNT_MAX);
  const rest = places?.slice(KEY_COUNT_MAX) ?? [];
  return handle.write({
    ...(own && { keys: own.map(encodePlace) }),
    home: handle.region,
    marked: {
      leaseMs: options.leaseMs ?? LEASE_MS,
      isCertainFailure: isFirstRefusal,
      ...(marker !== undefined && { marker }),
    },
    execute: async (bid) => {
      const result = rest.length === 0 ? execute(bid) : openFor(request, args, rest, execute);
      return { result: await result, wrote: true };
    },
  });
}

async function send(
  { bare, next, context }: Request,
  args: MiddlewareArguments,
  { how, places }: WritePlan,
  command: SdkCommand,
  bid: string,
): Promise<MiddlewareResult> {
  if (bid === '' || places === undefined) return next(args);
  const input = await mark(bare, command, args.input, how, bid);
  context.rendezvousMarker = input === args.input ? undefined : { bid, attempts: 0 };
  try {
    return await next({ ...args, input });
  } catch (error) {
    if (how !== 'copy' || input === args.input || !isRefusedCondition(error)) throw error;
    // The source is another by now, or the caller's own condition fails, and does so again.
    context.rendezvousMarker = undefined;
    return next(args);
  }
}

function isRefusedCondition(error: unknown): boolean {
  return isFirstRefusal(error) && (error as SdkError).$metadata?.httpStatusCode === 412;
}

async function mark(
  bare: SdkClient,
  command: SdkCommand,
  input: Fields,
  how: WritePlan['how'],
  bid: string,
): Promise<Fields> {
  switch (how) {
    case 'put':
      return markPut(input, bid);
    case 'copy':
      return markCopy(bare, command, input, bid);
    case 'delete':
    case 'complete-upload':
      return input;
  }
}

/** Where there is no room for the marker, what becomes of the write shows by its version only. */
function markPut(input: Fields, bid: string): Fields {
  const Metadata = addMarker((input['Metadata'] ?? {}) as Metadata, bid);
  return Metadata ? { ...input, Metadata } : input;
}

async function createUpload(
  { next, uploads }: Request,
  args: MiddlewareArguments,
): Promise<MiddlewareResult> {
  const marker = uploads.create();
  const input = markPut(args.input, marker);
  const result = await next({ ...args, input });
  const { UploadId } = result.output ?? {};
  if (input !== args.input && typeof UploadId === 'string') uploads.remember(UploadId, marker);
  return result;
}

function read(
  { handle, next }: Request,
  args: MiddlewareArguments,
  places: readonly ObjectPlace[] | undefined,
  command: SdkCommand,
): Promise<MiddlewareResult> {
  return handle.read({
    ...(places && { keys: places.map(encodePlace) }),
    fromPrimary: false,
    // Every read is charged for.
    repeatable: false,
    defaultTimeoutMs: TIMEOUT_MS,
    execute: () => next(args),
    executeAtOrigin: async (origin) => ({
      output: await findOrigin(origin, 'an S3').send(command),
      response: {},
    }),
  });
}
