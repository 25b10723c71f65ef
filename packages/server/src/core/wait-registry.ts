/**
 * The waits that are blocked, found by what blocks them, by session, and by when they are due.
 *
 * A wait watches one thing at a time: the first that blocks it. So a change wakes only the waits
 * that it may end, and a wait that ended leaves nothing behind.
 */
import type { Wait } from '@rendezvous/protocol';
import { keyWeight } from './branch.js';
import { DeadlineQueue, type Queued } from './deadline-queue.js';

/** What a wait watches: the row of a branch, a journal's progress, a replica, or a sentinel. */
export type Blocker = number | object;

export interface BlockedWait extends Queued {
  readonly session: number;
  readonly id: number;
  readonly query: Wait;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  blocker: Blocker;
}

export class WaitRegistry {
  readonly #byBlocker = new Map<Blocker, Set<BlockedWait>>();
  readonly #bySession = new Map<number, Map<number, BlockedWait>>();
  readonly #queue = new DeadlineQueue<BlockedWait>();
  #keyWeight = 0;

  get size(): number {
    return this.#queue.size;
  }

  /** What the keys of all waits weigh. */
  get keyWeight(): number {
    return this.#keyWeight;
  }

  countOf(session: number): number {
    return this.#bySession.get(session)?.size ?? 0;
  }

  get nextDueAtMs(): number | undefined {
    return this.#queue.nextDueAtMs;
  }

  add(wait: BlockedWait, recheckAtMs: number): void {
    const ofSession = this.#bySession.get(wait.session) ?? new Map<number, BlockedWait>();
    ofSession.set(wait.id, wait);
    this.#bySession.set(wait.session, ofSession);
    this.#keyWeight += keyWeight(wait.query.keys);
    this.#watch(wait);
    this.#queue.schedule(wait, Math.min(wait.deadlineMs, recheckAtMs));
  }

  /** The wait is still blocked, by something else perhaps. */
  move(wait: BlockedWait, blocker: Blocker, recheckAtMs: number): void {
    if (blocker !== wait.blocker) {
      this.#unwatch(wait);
      wait.blocker = blocker;
      this.#watch(wait);
    }
    this.#queue.schedule(wait, Math.min(wait.deadlineMs, recheckAtMs));
  }

  /** Call once for each wait that was added. */
  remove(wait: BlockedWait): void {
    this.#keyWeight -= keyWeight(wait.query.keys);
    this.#unwatch(wait);
    this.#queue.remove(wait);
    const ofSession = this.#bySession.get(wait.session);
    if (ofSession?.delete(wait.id) === true && ofSession.size === 0) {
      this.#bySession.delete(wait.session);
    }
  }

  get(session: number, id: number): BlockedWait | undefined {
    return this.#bySession.get(session)?.get(id);
  }

  ofSession(session: number): readonly BlockedWait[] {
    return [...(this.#bySession.get(session)?.values() ?? [])];
  }

  blockedBy(blocker: Blocker): readonly BlockedWait[] {
    const waits = this.#byBlocker.get(blocker);
    return waits ? [...waits] : [];
  }

  all(): BlockedWait[] {
    return [...this.#bySession.values()].flatMap((waits) => [...waits.values()]);
  }

  /** Takes a wait off the queue whose time has come; the caller removes it or moves it on. */
  takeDue(nowMs: number): BlockedWait | undefined {
    return this.#queue.takeDue(nowMs);
  }

  #watch(wait: BlockedWait): void {
    const waits = this.#byBlocker.get(wait.blocker);
    if (waits) waits.add(wait);
    else this.#byBlocker.set(wait.blocker, new Set([wait]));
  }

  #unwatch(wait: BlockedWait): void {
    const waits = this.#byBlocker.get(wait.blocker);
    if (waits?.delete(wait) === true && waits.size === 0) this.#byBlocker.delete(wait.blocker);
  }
}
