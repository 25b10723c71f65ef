import { isWriting, unionKeys } from './command-plan.js';
import type { CommandKind, CommandPlan } from './command-plan.js';

/** What a caller asked for, and how to get it: a command, or several that are sent together. */
export interface Operation<T> {
  readonly kind: CommandKind;
  readonly blocking: boolean;
  readonly keys?: readonly Uint8Array[];
  /** May be issued again: a single read. */
  readonly repeatable: boolean;
  /** Sends it, before it returns. Called again only if `repeatable`. */
  readonly send: () => Promise<T>;
  /** Sends it to the client that the store's options name as `origin`. Only if `repeatable`. */
  readonly sendAt?: (origin: unknown) => Promise<T>;
  /** Whether the reply shows a write, or cannot tell. */
  readonly hasWritten: (reply: T) => boolean;
  /** Whether it can have written although it failed like this. */
  readonly mayHaveWritten: (error: unknown) => boolean;
}

/** A reply, or the error in its place. */
export type Reply = unknown;

/** Whether several commands, in the order in which they were sent, have written. */
export function haveWritten(plans: readonly CommandPlan[], replies: readonly Reply[]): boolean {
  let queued: CommandPlan[] | undefined;
  for (const [index, plan] of plans.entries()) {
    const reply = replies[index];
    if (plan.kind === 'multi') queued = [];
    else if (plan.kind === 'discard') queued = undefined;
    else if (plan.kind === 'exec') {
      if (hasExecWritten(queued ?? [], reply)) return true;
      queued = undefined;
    } else if (queued !== undefined && isQueued(reply)) queued.push(plan);
    else if (hasCommandWritten(plan, reply)) return true;
  }
  return false;
}

/** Whether a transaction of these commands has written; it was aborted if the reply is no list. */
export function hasExecWritten(queued: readonly CommandPlan[], reply: Reply): boolean {
  if (!Array.isArray(reply)) return false;
  const replies: readonly Reply[] = reply;
  // It holds commands that were queued elsewhere: in doubt they have written.
  if (queued.length !== replies.length) return true;
  return queued.some((plan, index) => hasCommandWritten(plan, replies[index]));
}

export function hasCommandWritten(plan: CommandPlan, reply: Reply): boolean {
  if (reply instanceof Error) return mayHaveWrittenThough(plan, reply);
  // A blocking command that ended in vain.
  return isWriting(plan.kind) && !(plan.blocking && reply === null);
}

/** The server refused the command with this error. Only a script can have written before. */
export function mayHaveWrittenThough({ kind }: CommandPlan, error: unknown): boolean {
  return kind === 'script' && !(error instanceof Error && NEVER_RAN.test(error.message));
}

/** Errors that tell that a script or function was not started. */
const NEVER_RAN =
  /^(?:NOSCRIPT|NOPERM|NOAUTH|LOADING|MASTERDOWN|BUSY|MOVED|ASK|TRYAGAIN|CLUSTERDOWN|CROSSSLOT|ERR (?:Error compiling|wrong number of arg|unknown command|Number of keys|Function not found))/;

export function isQueued(reply: Reply): boolean {
  const text: unknown = reply instanceof Uint8Array ? Buffer.from(reply).toString('latin1') : reply;
  return text === 'QUEUED';
}

/** Several commands as one: a write if one is, a read if one is. */
export function combinePlans(plans: readonly CommandPlan[]): CommandPlan {
  const [edge] = plans.filter(({ kind }) => kind === 'multi' || kind === 'exec');
  // It ends a transaction that began elsewhere.
  if (edge?.kind === 'exec') return { kind: 'write', blocking: false };
  const data = plans.filter(({ kind }) => kind === 'read' || isWriting(kind));
  const writes = data.filter(({ kind }) => isWriting(kind));
  const decisive = writes.length > 0 ? writes : data;
  const keys = unionKeys(decisive);
  const kind = writes.length > 0 ? 'write' : data.length > 0 ? 'read' : 'other';
  return { kind, blocking: false, ...(keys && { keys }) };
}
