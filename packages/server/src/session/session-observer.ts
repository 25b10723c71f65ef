/** Who counts sessions. Told, never asked. */
import type { ErrorCode, Role } from '@rendezvous/protocol';

/** Why a session was ended without a word. */
export type DropReason = 'does_not_read' | 'silent';

export interface SessionObserver {
  sessionBegan(role: Role): void;
  /** Once for each session that began, also for one that is then refused or dropped. */
  sessionEnded(role: Role): void;
  /** The session ended for what it sent. */
  sessionRefused(code: ErrorCode): void;
  sessionDropped(reason: DropReason): void;
  /** An operation was answered with an error of this code before it reached the core. */
  operationFailed(code: string): void;
}

export const NOBODY: SessionObserver = {
  sessionBegan: () => undefined,
  sessionEnded: () => undefined,
  sessionRefused: () => undefined,
  sessionDropped: () => undefined,
  operationFailed: () => undefined,
};
