/**
 * Waits: judged when they come, when what blocks them changes, and when they are due.
 *
 *    judge ──▶ consistent | unknown ──▶ answered
 *      │  ▲
 *      ▼  │ the blocker changed, or the wait is due
 *    BLOCKED ──────────── deadline ───▶ timed_out
 */
import {
  KEY_BYTES_MAX,
  KEY_COUNT_MAX,
  type Coverage,
  isJournalId,
  isUlid,
  type Pending,
  type Wait,
  type WaitAnswer,
} from '@rendezvous/protocol';
import { admit } from './admission.js';
import { Branch, keyWeight } from './branch.js';
import type { CoreState } from './core-state.js';
import type { Asker } from './asker.js';
import { reply, replyFailure } from './reply.js';
import { askPosition } from './ask-position.js';
import {
  judgeWait,
  layoutsRead,
  openBranches,
  quietSince,
  type Verdict,
} from './wait-condition.js';
import type { Blocker, BlockedWait } from './wait-registry.js';

/** DESIGN.md section 4.2: the longest wait, a Lambda function's longest life. */
const WAIT_TIMEOUT_MAX_MS = 900_000;
const PENDING_COUNT_MAX = 10;
/** No read takes longer; and the wire's field ends at 49 days. */
const CLOSED_AGO_MAX_MS = 3_600_000;
const RID_COUNT_MAX = 4;
const POSITION_COUNT_MAX = 64;
/** Of the keys that all blocked waits name, in bytes. */
const KEY_WEIGHT_MAX = 256 * 1024 * 1024;

export function receiveWait(state: CoreState, asker: Asker, query: Wait, nowMs: number): void {
  const fault = faultOf(query);
  if (fault !== undefined) {
    replyFailure(state, asker, 'bad_request', fault);
    return;
  }
  if (!admit(state, asker, 'wait')) return;
  const verdict = judgeWait(state, query, nowMs, nowMs);
  if (verdict.kind !== 'blocked' || query.timeoutMs === 0) {
    answer(state, asker, query, verdict, nowMs);
  } else if (isOverloaded(state, query)) {
    state.observer.limitMet('waits');
    answer(state, asker, query, { kind: 'unknown', reason: 'overloaded' }, nowMs);
  } else {
    const wait: BlockedWait = {
      ...asker,
      query,
      startedAtMs: nowMs,
      deadlineMs: nowMs + query.timeoutMs,
      blocker: verdict.blocker,
      dueAtMs: 0,
      queueIndex: -1,
    };
    state.waits.add(wait, verdict.recheckAtMs);
  }
}

function isOverloaded({ waits, limits }: CoreState, query: Wait): boolean {
  return (
    waits.size >= limits.waitCountMax || waits.keyWeight + keyWeight(query.keys) > KEY_WEIGHT_MAX
  );
}

/** Looks again at the waits that this thing blocks. */
export function wake(state: CoreState, blocker: Branch | Blocker, nowMs: number): void {
  const key = blocker instanceof Branch ? blocker.row : blocker;
  for (const wait of state.waits.blockedBy(key)) recheck(state, wait, nowMs);
}

/** Looks again at every wait: for the rare changes that may concern any of them. */
export function wakeAll(state: CoreState, nowMs: number): void {
  for (const wait of state.waits.all()) recheck(state, wait, nowMs);
}

export function wakeDue(state: CoreState, nowMs: number): void {
  for (let wait = state.waits.takeDue(nowMs); wait; wait = state.waits.takeDue(nowMs)) {
    recheck(state, wait, nowMs);
  }
}

function recheck(state: CoreState, wait: BlockedWait, nowMs: number): void {
  const verdict = judgeWait(state, wait.query, wait.startedAtMs, nowMs);
  if (verdict.kind === 'blocked' && nowMs < wait.deadlineMs) {
    state.waits.move(wait, verdict.blocker, verdict.recheckAtMs);
    return;
  }
  state.waits.remove(wait);
  answer(state, wait, wait.query, verdict, nowMs, wait);
}

const STATUS_OF = { consistent: 'consistent', unknown: 'unknown', blocked: 'timed_out' } as const;

function answer(
  state: CoreState,
  asker: Asker,
  query: Wait,
  verdict: Verdict,
  nowMs: number,
  blocked?: BlockedWait,
): void {
  const isConsistent = verdict.kind === 'consistent';
  const sinceMs = isConsistent ? quietSince(state, query, nowMs) : nowMs;
  const body: WaitAnswer = {
    kind: 'waitAnswer',
    status: STATUS_OF[verdict.kind],
    prevented: isConsistent && blocked !== undefined,
    waitedMs: Math.round(nowMs - (blocked?.startedAtMs ?? nowMs)),
    closedAgoMs: Math.min(CLOSED_AGO_MAX_MS, Math.max(0, Math.floor(nowMs - sinceMs))),
    pending: isConsistent ? [] : pendingOf(state, query, verdict, nowMs),
    position: isConsistent && query.withPosition ? askPosition(state, query, nowMs) : '',
  };
  reply(state, asker, body);
}

function pendingOf(state: CoreState, query: Wait, verdict: Verdict, nowMs: number): Pending[] {
  if (verdict.kind === 'consistent') return [];
  if (verdict.reason !== 'open') {
    const branch = verdict.branch;
    if (!branch) return [pendingReason(query, verdict)];
    return [pendingBranch(state, query, branch, verdict.reason, nowMs)];
  }
  const pending: Pending[] = [];
  for (const branch of openBranches(state, query, layoutsRead(state, query) ?? [])) {
    if (pending.length === PENDING_COUNT_MAX) break;
    pending.push(pendingBranch(state, query, branch, 'open', nowMs));
  }
  return pending;
}

function pendingBranch(
  state: CoreState,
  { region }: Wait,
  { bid, layout, insertedAtMs }: Branch,
  reason: string,
  nowMs: number,
): Pending {
  const ageMs = Math.max(0, Math.round(nowMs - insertedAtMs));
  const etaMs = reason === 'open' ? state.lags.etaMs(layout.regions.get(region), ageMs) : 0;
  return { store: layout.name, bid, ageMs, etaMs, reason };
}

function pendingReason(query: Wait, verdict: { readonly reason: string }): Pending {
  return { store: query.store, bid: '', ageMs: 0, etaMs: 0, reason: verdict.reason };
}

function faultOf({ coverage, keys, timeoutMs }: Wait): string | undefined {
  if (timeoutMs > WAIT_TIMEOUT_MAX_MS) {
    return `timeoutMs is ${String(timeoutMs)}; the most is ${String(WAIT_TIMEOUT_MAX_MS)}`;
  }
  if (keys.length > KEY_COUNT_MAX) return `a wait names at most ${String(KEY_COUNT_MAX)} keys`;
  if (keys.some((key) => key.length > KEY_BYTES_MAX)) {
    return `a key has at most ${String(KEY_BYTES_MAX)} bytes`;
  }
  return faultOfCoverage(coverage);
}

/** What is wrong with a coverage that no bookmark can have; undefined when nothing is. */
export function faultOfCoverage({ rids, positions }: Coverage): string | undefined {
  if (rids.length > RID_COUNT_MAX) return 'a bookmark has at most 4 rids';
  if (positions.length > POSITION_COUNT_MAX) return 'a bookmark has at most 64 positions';
  if (!rids.every(isUlid)) return 'a rid is a ULID of 26 characters';
  if (!positions.every(({ journal }) => isJournalId(journal))) return 'a journal id is malformed';
  return undefined;
}
