/** Puts answers among the effects. */
import type { ErrorCode, NodeBody } from '@rendezvous/protocol';
import type { Asker } from './asker.js';
import type { CoreState } from './core-state.js';
import type { CoreLimitName } from './observer.js';

export function reply(state: CoreState, asker: Asker, body: NodeBody): void {
  state.effects.push({
    kind: 'reply',
    session: asker.session,
    message: { id: asker.id, body },
  });
}

export function replyDone(state: CoreState, asker: Asker): void {
  reply(state, asker, { kind: 'done' });
}

export function replyFailure(
  state: CoreState,
  asker: Asker,
  code: ErrorCode,
  message: string,
  retryable = false,
): void {
  reply(state, asker, { kind: 'failure', code, message, retryable });
}

/** What was asked for is beyond a limit for now. */
export function replyLimit(
  state: CoreState,
  asker: Asker,
  limit: CoreLimitName,
  message: string,
): void {
  state.observer.limitMet(limit);
  replyFailure(state, asker, 'limit_exceeded', message, true);
}
