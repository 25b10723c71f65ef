/** Who counts what passes through a host. Told, never asked. */
import type { WaitAnswer } from '@rendezvous/protocol';

export interface HostObserver {
  waitAnswered(answer: WaitAnswer): void;
  /** An operation was answered with an error of this code. */
  operationFailed(code: string): void;
  /** An append became durable, `elapsedMs` after it was handed to the journal. */
  appended(openCount: number, elapsedMs: number): void;
}

export const NOBODY: HostObserver = {
  waitAnswered: () => undefined,
  operationFailed: () => undefined,
  appended: () => undefined,
};
