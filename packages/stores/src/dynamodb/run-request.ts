/**
 * What the shim does with each request, as a middleware of the SDK:
 *
 *   read   ──▶ waits; strongly consistent when what it depends on came lately
 *   write  ──▶ goes out with its marker, and opens its branch meanwhile
 *   other  ──▶ as it is
 *
 * Whatever comes back is without markers.
 */
import type { EndedWait, ReadOperation, StoreHandle } from '@rendezvous/protocol';
import { isCertainFailure, isInvalidRequest } from './certain-failure.js';
import type {
  Handler,
  Middleware,
  MiddlewareArguments,
  MiddlewareContext,
  MiddlewareResult,
  SdkClient,
  SdkCommand,
} from '../aws-sdk/driver.js';
import { findOrigin } from '../aws-sdk/find-origin.js';
import { hideMarkers } from './hide-marker.js';
import { encodeItemKey, type ItemPlace } from './item-key.js';
import { planRequest } from './plan-request.js';
import type { ReadPlan, WritePlan } from './request-plan.js';
import { TableShapes } from './table-shape.js';
import type { WrapDynamoDBOptions } from './wrap-options.js';

/** DynamoDB's other reads see a write within a second as a rule; ten times that is left to them. */
const STRONG_WITHIN_MS = 10_000;
/** Longer than the SDK goes on with a request by default. */
const LEASE_MS = 60_000;

/** `bare`: the client without this middleware. */
export function createRequestMiddleware(
  bare: SdkClient,
  handle: StoreHandle,
  options: WrapDynamoDBOptions,
): Middleware {
  const shapes = new TableShapes(options.keys);
  return (next, context) => {
    const run = createRun({ bare, handle, options, shapes, next, context });
    return async (args) => {
      try {
        const result = await run(args);
        if (options.hideMarkers !== false) hideMarkers(result.output);
        return result;
      } catch (error) {
        if (options.hideMarkers !== false) hideMarkers(error);
        throw error;
      }
    };
  };
}

interface Request {
  readonly bare: SdkClient;
  readonly handle: StoreHandle;
  readonly options: WrapDynamoDBOptions;
  readonly shapes: TableShapes;
  readonly next: Handler;
  readonly context: MiddlewareContext;
}

function createRun(request: Request): Handler {
  const { bare, handle, shapes, next, context } = request;
  const command = context.__smithy_context?.commandInstance;
  return async (args) => {
    if (!handle.active || command === undefined) return next(args);
    const plan = await planRequest({
      commandName: context.commandName ?? '',
      input: args.input,
      isDocument: isDocumentCommand(command),
      shapeOf: (table) => shapes.learn(bare, command, table),
    });
    switch (plan.kind) {
      case 'write':
        return write(request, args, plan);
      case 'read':
        return read(request, args, plan, command);
      case 'other':
        return next(args);
    }
  };
}

/**
 * The document client turns plain values into DynamoDB's after this middleware, in one of its own
 * beside the serializer. A stack lists that only once it has a serializer.
 */
function isDocumentCommand({ middlewareStack }: SdkCommand): boolean {
  const stack = middlewareStack.clone();
  stack.add((next) => next, { name: 'serializerMiddleware', step: 'serialize', override: true });
  return stack.identify().some((name) => name.startsWith('DocumentMarshall'));
}

function write(
  request: Request,
  args: MiddlewareArguments,
  plan: WritePlan,
): Promise<MiddlewareResult> {
  const { handle, options } = request;
  return handle.write({
    ...toKeys(plan.places),
    home: handle.region,
    marked: { leaseMs: options.leaseMs ?? LEASE_MS, isCertainFailure },
    execute: async (bid) => ({ result: await send(request, args, plan, bid), wrote: true }),
  });
}

/**
 * What only the marker makes too large is written without it: then nothing shows when it is visible, and
 * waits answer `unknown`. What was invalid before fails with DynamoDB's word on the caller's own request.
 */
async function send(
  { next, context }: Request,
  args: MiddlewareArguments,
  plan: WritePlan,
  bid: string,
): Promise<MiddlewareResult> {
  if (bid === '' || plan.places === undefined) return next(args);
  try {
    // A transaction is carried out once, whatever the number of attempts, if they are all the same.
    context.rendezvousMarker = plan.isIdempotent ? undefined : { bid, attempts: 0 };
    return await next({ ...args, input: plan.mark(bid) });
  } catch (error) {
    if (!isInvalidRequest(error)) throw error;
    context.rendezvousMarker = undefined;
    return next(args);
  }
}

function read(
  request: Request,
  args: MiddlewareArguments,
  plan: ReadPlan,
  command: SdkCommand,
): Promise<MiddlewareResult> {
  const { handle, options, next } = request;
  const { globalIndex } = plan;
  const isCovered = globalIndex === undefined || globalIndex === options.index;
  const operation: ReadOperation<MiddlewareResult> = {
    ...toKeys(plan.places),
    fromPrimary: false,
    // Every read is charged for.
    repeatable: false,
    ...(!isCovered && { uncovered: 'secondary_index' }),
    execute: (ended) => {
      const isStrong =
        plan.isStrong || globalIndex !== undefined || !needsStrongRead(request, ended);
      return next(isStrong ? args : { ...args, input: plan.strengthen() });
    },
    executeAtOrigin: async (origin) => ({
      output: await findOrigin(origin, 'a DynamoDB').send(command),
      response: {},
    }),
  };
  return handle.read(operation);
}

function needsStrongRead({ handle, options }: Request, ended: EndedWait | undefined): boolean {
  const { consistentRead = 'covered', home } = options;
  if (consistentRead === 'never' || ended === undefined) return false;
  // In the home, and where it is not known, a node does not know how long ago a write was.
  if (home === undefined || home === handle.region || ended.prevented) return true;
  return ended.closedAgoMs < STRONG_WITHIN_MS;
}

function toKeys(places: readonly ItemPlace[] | undefined): { readonly keys?: Uint8Array[] } {
  return places ? { keys: places.map(encodeItemKey) } : {};
}
