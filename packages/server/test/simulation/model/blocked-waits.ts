/** The waits that a node must be holding, and whether each answer is the right one. */
import type { Wait, WaitAnswer } from '@rendezvous/protocol';
import type { Effect } from '../../../src/core/effect.js';
import { judge, type Knowledge, knownSinceMs, saysOf, type Verdict } from './wait-model.js';

interface AskedWait {
  readonly session: number;
  readonly id: number;
  readonly query: Wait;
  readonly startedAtMs: number;
  /** How it stood before the input at hand. */
  before: Verdict | undefined;
}

type Fail = (check: 'ANSWERS' | 'LIVENESS' | 'SPECULATION', text: string) => never;

/** The core may look at its clock so much later than a wait is due. */
const TICK_LATE_MS_MAX = 2;

export class BlockedWaits {
  readonly #node: Knowledge;
  readonly #fail: Fail;
  readonly #waits = new Map<string, AskedWait>();

  constructor(node: Knowledge, fail: Fail) {
    this.#node = node;
    this.#fail = fail;
  }

  get size(): number {
    return this.#waits.size;
  }

  /** An answer that comes early in an input may rest on what that input then changes. */
  before(effects: readonly Effect[], nowMs: number): void {
    for (const effect of effects) {
      if (effect.kind !== 'reply' || effect.message.body.kind !== 'waitAnswer') continue;
      const wait = this.#waits.get(keyOf(effect.session, effect.message.id));
      if (wait) wait.before = judge(this.#node, wait.query, wait.startedAtMs, nowMs);
    }
  }

  begin(session: number, id: number, query: Wait, nowMs: number): void {
    const wait = { session, id, query, startedAtMs: nowMs, before: undefined };
    this.#waits.set(keyOf(session, id), wait);
  }

  end(session: number, id: number): void {
    this.#waits.delete(keyOf(session, id));
  }

  endSession(session: number): void {
    for (const wait of [...this.#waits.values()]) {
      if (wait.session === session) this.end(session, wait.id);
    }
  }

  answered(session: number, id: number, answer: WaitAnswer, nowMs: number): void {
    const wait = this.#waits.get(keyOf(session, id));
    if (!wait) this.#fail('ANSWERS', 'a wait is answered that nobody asked');
    this.end(session, id);
    const { query, startedAtMs, before } = wait;
    const says = saysOf(answer);
    const verdict = judge(this.#node, query, startedAtMs, nowMs);
    const isTimeout = says.status === 'blocked';
    const isRight = [verdict, before].some(
      (one) =>
        one?.status === says.status &&
        (isTimeout || one.reason === says.reason || one.orReason === says.reason),
    );
    if (!isRight) {
      const right = `${verdict.status} ${verdict.reason}`;
      this.#fail('ANSWERS', `a wait is answered ${says.status} ${says.reason}, not ${right}`);
    }
    const knownMs = nowMs - knownSinceMs(this.#node, query);
    if (answer.closedAgoMs > knownMs) {
      const known = knownMs.toFixed(1);
      this.#fail('SPECULATION', `closed ${String(answer.closedAgoMs)} ms ago, of ${known} known`);
    }
    const waitedMs = nowMs - startedAtMs;
    if (says.status === 'blocked' && waitedMs < query.timeoutMs) {
      this.#fail('ANSWERS', `a wait times out after ${waitedMs.toFixed(1)} ms`);
    }
    checkDetails(query, answer, waitedMs, (text) => this.#fail('ANSWERS', text));
  }

  /** Nobody sleeps who could be answered. */
  after(nowMs: number): void {
    for (const { query, startedAtMs } of this.#waits.values()) {
      const { status, reason, untilMs } = judge(this.#node, query, startedAtMs, nowMs);
      if (status === 'blocked' && query.timeoutMs > 0) continue;
      // A wait watches one thing: what it would find besides that, it finds when it looks again.
      if (['cut_off', 'no_trace', 'no_monitor'].includes(reason)) continue;
      if (status === 'unknown' && nowMs < untilMs + TICK_LATE_MS_MAX && untilMs < Infinity)
        continue;
      this.#fail('LIVENESS', `a wait sleeps that is ${status} ${reason}`);
    }
  }
}

function checkDetails(
  { timeoutMs }: Wait,
  { status, prevented, waitedMs, closedAgoMs, pending }: WaitAnswer,
  sinceMs: number,
  fail: (text: string) => never,
): void {
  if (Math.abs(waitedMs - sinceMs) > 1) fail(`it waited ${String(waitedMs)} ms, says the answer`);
  if (prevented && (status !== 'consistent' || timeoutMs === 0)) fail('it prevented nothing');
  if (status === 'consistent' && waitedMs > 1 && !prevented) fail('it prevented something');
  if (closedAgoMs > 0 && status !== 'consistent') fail('nothing is known to be closed');
  if ((status === 'consistent') !== (pending.length === 0)) fail('it pends, or does not');
}

function keyOf(session: number, id: number): string {
  return `${String(session)}:${String(id)}`;
}
