/** A process's end of the channel to the demo that started it. */
import type { ReplyMessage, RequestMessage } from './demo-process.js';
import type { ProcessContract } from './process-contracts.js';

export interface Started<C extends ProcessContract> {
  readonly ready: C['ready'];
  readonly handlers: {
    readonly [K in keyof C['requests']]: (
      payload: C['requests'][K]['payload'],
    ) => Promise<C['requests'][K]['reply']>;
  };
}

/** Sets the process up as its parent says, answers what that asks, and ends when it is gone. */
export function serveParent<C extends ProcessContract>(
  start: (setup: C['setup']) => Promise<Started<C>>,
): void {
  let handlers: Readonly<Record<string, (payload: never) => Promise<unknown>>> = {};

  const answer = async ({ kind, payload }: RequestMessage): Promise<unknown> => {
    if (kind === 'setup') {
      const started = await start(payload);
      handlers = started.handlers;
      return started.ready;
    }
    const handler = handlers[kind];
    if (handler === undefined) throw new Error(`cannot ${kind}`);
    // Parent and process are built from the same contract.
    return handler(payload as never);
  };

  process.on('message', (message: RequestMessage) => {
    const { id } = message;
    answer(message).then(
      (reply) => sendToParent({ id, reply }),
      (error: unknown) => sendToParent({ id, error: describe(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

function sendToParent(message: ReplyMessage): void {
  if (process.connected) process.send?.(message);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
