import { AsyncLocalStorage } from 'node:async_hooks';
import type { Rendezvous } from '@rendezvous/client';
import { extractFromEvent } from './extract-event.js';
import { assertPolicy, budgetMsOf, flushBeforeFreeze } from './invocation.js';
import type { LambdaContext } from './invocation.js';
import type { WithRendezvousOptions } from './with-rendezvous.js';

/** What middy hands to a middleware; described, so that nothing depends on middy. */
export interface MiddlewareRequest {
  readonly event: unknown;
  readonly context: LambdaContext;
}

/** A middleware as middy takes it. */
export interface Middleware {
  before(request: MiddlewareRequest): void;
  after(request: MiddlewareRequest): Promise<void>;
  onError(request: MiddlewareRequest): Promise<void>;
}

/** Which request the code runs in: it gets lost where the bookmark gets lost. */
const inside = new AsyncLocalStorage<MiddlewareRequest>();

/**
 * `withRendezvous` as a middleware of middy. IT MUST BE THE FIRST: a hook that runs after another one's
 * `await` cannot reach the handler, whose reads then have no bookmark. That is warned of when it
 * happens. Where the handler can be wrapped, `middy(withRendezvous(rv, handler))` does without this trap.
 *
 * Throws `config_invalid`.
 *
 * @example
 * export const handler = middy().use(rendezvousMiddleware(rv)).use(others).handler(lambdaHandler);
 */
export function rendezvousMiddleware(
  rv: Rendezvous,
  { trustHttp, ...policy }: WithRendezvousOptions = {},
): Middleware {
  assertPolicy(rv, policy);
  const end = async (request: MiddlewareRequest): Promise<void> => {
    if (inside.getStore() !== request) warnOfOrder();
    await flushBeforeFreeze(rv, request.context);
  };
  return {
    // Not async: what it enters has to be the caller's.
    before: (request) => {
      const bookmarks = extractFromEvent(rv, request.event, request.context, { trustHttp });
      rv.enter(bookmarks, { ...policy, budgetMs: budgetMsOf(request.context) });
      inside.enterWith(request);
    },
    after: end,
    onError: end,
  };
}

function warnOfOrder(): void {
  process.emitWarning(
    'rendezvousMiddleware was not the first middleware, so the handler had no bookmark: put it before all others, or wrap the handler in withRendezvous.',
    'RendezvousWarning',
  );
}
