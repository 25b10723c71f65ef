/** Puts answers among the effects. */
import type { ErrorCode, NodeBody } from '@rendezvous/protocol';
import type { Asker } from './asker.js';
import type { CoreState } from './core-state.js';

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
