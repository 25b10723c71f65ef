/**
 * Opens: from a client into the own journal, from a peer's journal into the table.
 *
 *    Open ──▶ table + append ──▶ (durable) ──▶ Opened, replicated
 *
 * An open is acknowledged only once its entry is durable, also when it is a retry of one whose
 * entry is not durable yet (rule 2). Idempotent by bid.
 */
import {
  KEY_BYTES_MAX,
  KEY_COUNT_MAX,
  isUlid,
  type JournalEntry,
  type Open,
} from '@rendezvous/protocol';
import { announce } from './announcing.js';
import { type Branch, isOpenIn } from './branch.js';
import { isAscii } from './branch-text.js';
import { close, owe, release } from './closing.js';
import type { CoreState } from './core-state.js';
import { raiseHorizon } from './horizon.js';
import { regionsNamed, toEntry } from './journal-entry.js';
import { advance } from './journal-progress.js';
import { beginLease } from './leases.js';
import type { Asker } from './asker.js';
import { reply, replyFailure, replyLimit } from './reply.js';
import { maskOf, type StoreLayout } from './store-layout.js';
import { wake } from './waiting.js';

export const POSITION_LENGTH_MAX = 4_096;
/** No write of a function is under way for longer: the longest life of a Lambda function. */
const LEASE_MS_MAX = 900_000;
/** Of the keys and positions of all open branches, in bytes. */
const WEIGHT_MAX = 1024 * 1024 * 1024;
/** Opens that await a sync: of a journal that hangs, a second's worth at full speed. */
const AWAITING_SYNC_COUNT_MAX = 200_000;

export function receiveOpen(state: CoreState, asker: Asker, open: Open, nowMs: number): void {
  const layout = state.stores.get(open.store);
  if (!layout) {
    replyFailure(state, asker, 'store_unknown', unknownStore(state, open.store));
    return;
  }
  const home = open.home || layout.home;
  const parsedPosition = parsePosition(layout, open.position);
  const fault = faultOf(open, layout, home, parsedPosition);
  if (fault !== undefined) {
    replyFailure(state, asker, 'bad_request', fault);
    return;
  }
  const known = state.table.get(open.bid);
  if (known && !isSameWrite(known, open)) {
    replyFailure(state, asker, 'bad_request', 'this bid is of another write: mint one for each');
    return;
  }
  if (state.awaitingSync.length >= AWAITING_SYNC_COUNT_MAX) {
    replyLimit(state, asker, 'opens_awaiting_sync', 'too many opens await the journal');
    return;
  }
  const sequence = known ? state.journal.sequenceOf(known) : 0;
  if (sequence > 0) {
    acknowledge(state, asker, sequence);
    return;
  }
  if (!known && isFull(state)) {
    const limit = String(state.limits.branchCountMax);
    const message = `the node is at its limit of ${limit} open branches; is a replica or monitor down?`;
    replyLimit(state, asker, 'branches', message);
    return;
  }
  const branch = known ?? addBranch(state, layout, open, parsedPosition, nowMs);
  append(state, asker, open, branch, home, nowMs);
}

function isFull({ table, limits }: CoreState): boolean {
  return table.size >= limits.branchCountMax || table.weight >= WEIGHT_MAX;
}

/** One bid is one write: else the second would be acknowledged and never waited for. */
function isSameWrite(
  known: Branch,
  other: Pick<Open, 'rid' | 'store' | 'position' | 'keys' | 'marker'>,
): boolean {
  return (
    known.rid === other.rid &&
    known.layout.name === other.store &&
    known.position === other.position &&
    known.marker === other.marker &&
    known.hasExactly(other.keys)
  );
}

/** The records of these tickets are durable: acknowledge and let waits see them. */
export function journalSynced(state: CoreState, ticket: number, nowMs: number): void {
  let head = 0;
  while (state.appendsInFlight[0] !== undefined && state.appendsInFlight[0].ticket <= ticket) {
    head = state.appendsInFlight.shift()?.head ?? head;
  }
  if (head <= state.journal.durable) return;
  state.journal.markDurable(head);
  // A retry may stand behind opens that came after its first try: it waits for them, no longer.
  const waiting = state.awaitingSync.findIndex(({ sequence }) => sequence > head);
  const durableCount = waiting === -1 ? state.awaitingSync.length : waiting;
  for (const opening of state.awaitingSync.splice(0, durableCount)) {
    acknowledge(state, opening, opening.sequence);
  }
  const own = state.journals.get(state.journal.id);
  if (own) {
    advance(own, head, nowMs);
    wake(state, own, nowMs);
  }
}

/** Puts an entry of a peer's journal into the table. */
export function insertCopy(
  state: CoreState,
  journal: string,
  entry: JournalEntry,
  nowMs: number,
): void {
  const layout = state.stores.get(entry.store);
  const named = layout ? maskOf(layout, entry.regions) & layout.servedMask : 0;
  if (!layout || named === 0) return;
  const known = state.table.get(entry.bid);
  if (known && !isSameWrite(known, entry)) {
    // Whatever made the same bid twice: one table cannot hold both, so this one is given up (rule 7).
    raiseHorizon(state, entry.rid, nowMs);
    return;
  }
  const branch = known ?? addCopy(state, layout, entry, nowMs);
  state.table.addSpot(branch, journal, entry.sequence);
  const namedBefore = branch.named;
  branch.named |= named;
  if (entry.aborted) branch.aborted = true;
  // It may have come before by another way: what closed then, this journal's owner never heard.
  if (namedBefore !== 0) oweClosed(state, branch, journal);
  settleNewPlaces(state, branch, named & ~namedBefore, nowMs);
  // It may have been open here before, by another journal's word.
  if (entry.aborted) close(state, branch, layout.servedMask, nowMs);
}

/**
 * Takes in an entry that was applied before: its owner restarted, and forgot which regions had
 * reported (rule 20). What this node does not know any more was closed here, so it says so again.
 */
export function repeatCopy(
  state: CoreState,
  journal: string,
  entry: JournalEntry,
  nowMs: number,
): void {
  const known = state.table.get(entry.bid);
  if (known) {
    if (!isSameWrite(known, entry)) {
      raiseHorizon(state, entry.rid, nowMs);
      return;
    }
    // The journal has a new id since: the copy is known by both.
    state.table.addSpot(known, journal, entry.sequence);
    if (entry.aborted) abort(state, known, nowMs);
    oweClosed(state, known, journal);
    return;
  }
  const layout = state.stores.get(entry.store);
  const named = layout ? maskOf(layout, entry.regions) & layout.servedMask : 0;
  if (!layout || named === 0) return;
  const branch = addCopy(state, layout, entry, nowMs);
  state.table.addSpot(branch, journal, entry.sequence);
  branch.named = named;
  close(state, branch, named, nowMs);
}

function oweClosed(state: CoreState, branch: Branch, journal: string): void {
  for (const region of branch.layout.regions.values()) {
    const isClosedHere = (branch.named & region.mask) !== 0 && !isOpenIn(branch, region.mask);
    if (region.served && isClosedHere) owe(state, branch, journal, region.name);
  }
}

/** Puts back an entry of the own journal after a restart. */
export function restoreEntry(state: CoreState, entry: JournalEntry, nowMs: number): void {
  const layout = state.stores.get(entry.store);
  if (!layout) return;
  const branch = addCopy(state, layout, entry, nowMs);
  branch.named = maskOf(layout, entry.regions);
  state.table.addSpot(branch, state.journal.id, entry.sequence);
  state.journal.restore(branch, entry.sequence);
  if (entry.aborted) abort(state, branch, nowMs);
}

function append(
  state: CoreState,
  asker: Asker,
  open: Open,
  branch: Branch,
  home: string,
  nowMs: number,
): void {
  const { layout } = branch;
  const regions = layout.regions.get(home)?.others ?? [];
  const sequence = state.journal.append(branch);
  const namedBefore = branch.named;
  branch.named |= maskOf(layout, regions);
  state.table.addSpot(branch, state.journal.id, sequence);
  state.records.push({ kind: 'open', entry: toEntry(branch, sequence, regions, open) });
  state.appendedHead = sequence;
  acknowledge(state, asker, sequence);
  settleNewPlaces(state, branch, branch.named & ~namedBefore, nowMs);
}

function addBranch(
  state: CoreState,
  layout: StoreLayout,
  open: Pick<Open, 'bid' | 'rid' | 'keys' | 'position' | 'leaseMs' | 'marker'>,
  parsedPosition: unknown,
  nowMs: number,
): Branch {
  const { bid, rid, keys, position, marker } = open;
  const branch = state.table.add({
    layout,
    bid,
    rid,
    keys,
    position,
    parsedPosition,
    marker,
    insertedAtMs: nowMs,
  });
  if (rid > (state.newestRids.get(layout) ?? '')) state.newestRids.set(layout, rid);
  beginLease(state, branch, open.leaseMs, nowMs);
  return branch;
}

function addCopy(
  state: CoreState,
  layout: StoreLayout,
  entry: JournalEntry,
  nowMs: number,
): Branch {
  return addBranch(state, layout, entry, parsePosition(layout, entry.position), nowMs);
}

/** Undefined when no watermark can ever reach it. */
function parsePosition({ definition }: StoreLayout, position: string): unknown {
  return position !== '' && isAscii(position) ? definition.order?.parse(position) : undefined;
}

function acknowledge(state: CoreState, asker: Asker, sequence: number): void {
  if (sequence > state.journal.durable) {
    state.awaitingSync.push({ sequence, session: asker.session, id: asker.id });
    return;
  }
  reply(state, asker, { kind: 'opened', journal: state.journal.id, sequence });
}

/**
 * A branch that has just become open in these places may be visible there already: by a close that
 * came before it (rule 1), or by the last watermark seen (rule 12). Otherwise monitors hear of it.
 */
function settleNewPlaces(state: CoreState, branch: Branch, places: number, nowMs: number): void {
  let visible = branch.aborted ? places : 0;
  for (const early of state.earlyCloses.isEmpty ? [] : state.earlyCloses.take(branch.bid)) {
    const region = branch.layout.regions.get(early.region);
    const replica = region?.replicas.find((one) => one.name === early.replica);
    visible |= early.replica === '' ? (region?.mask ?? 0) : (replica?.bit ?? 0);
  }
  for (const replica of state.replicas) {
    if (replica.layout !== branch.layout || (places & replica.bit) === 0) continue;
    for (const attachment of replica.attachments) {
      const relation = attachment.relations?.of(branch);
      if (relation === 'reached') visible |= replica.bit;
      else if (relation === 'cut_off') branch.cutOff |= replica.bit;
    }
    if ((visible & replica.bit) !== 0) continue;
    for (const attachment of replica.attachments) {
      announce(state, attachment, branch, nowMs);
      attachment.branchesOpen++;
    }
  }
  close(state, branch, visible, nowMs);
  release(state, branch);
}

/** The client says that its write certainly failed: the branch closes everywhere (rule 15). */
export function receiveAbort(state: CoreState, bid: string, nowMs: number): void {
  const branch = state.table.get(bid);
  if (!branch || branch.aborted) return;
  const sequence = state.journal.sequenceOf(branch);
  if (sequence > 0) {
    for (const stream of state.streams.values()) stream.aborted.add(bid);
  }
  abort(state, branch, nowMs);
  if (sequence === 0 || !branch.isLive || branch.collected) return;
  // Kept for peers that ask after a restart, and for the node itself.
  state.records.push({ kind: 'open', entry: toEntry(branch, sequence, regionsNamed(branch)) });
}

/** Nothing of the branch's write will ever be visible anywhere: there is nothing to wait for. */
export function abort(state: CoreState, branch: Branch, nowMs: number): void {
  branch.aborted = true;
  close(state, branch, branch.layout.servedMask, nowMs);
}

function unknownStore(state: CoreState, store: string): string {
  const known = [...state.stores.keys()].join(', ');
  return `this node has no store "${store.slice(0, 40)}"; it has: ${known}`;
}

function faultOf(
  open: Open,
  layout: StoreLayout,
  home: string,
  parsedPosition: unknown,
): string | undefined {
  if (!isUlid(open.bid)) return 'bid is not a ULID of 26 characters';
  if (!isUlid(open.rid)) return 'rid is not a ULID of 26 characters';
  if (home === '') return `store ${layout.name} has no fixed home: name the home of the write`;
  if (layout.home !== '' && home !== layout.home) {
    return `the home of store ${layout.name} is ${layout.home}, not "${home.slice(0, 40)}"`;
  }
  if (!layout.regions.has(home)) return `store ${layout.name} has no region "${home.slice(0, 40)}"`;
  if (open.keys.length > KEY_COUNT_MAX) {
    return `a branch names at most ${String(KEY_COUNT_MAX)} keys: open it without keys`;
  }
  if (open.keys.some((key) => key.length === 0 || key.length > KEY_BYTES_MAX)) {
    return `a key has 1 to ${String(KEY_BYTES_MAX)} bytes`;
  }
  if (layout.definition.hasMarkers === true && open.keys.length === 0) {
    return `store ${layout.name} is watched by its markers: name the keys of the write`;
  }
  if (open.leaseMs > LEASE_MS_MAX) return `a lease has at most ${String(LEASE_MS_MAX)} ms`;
  if (open.marker !== '' && !isUlid(open.marker)) return 'a marker is the bid of a branch';
  if (open.position.length > POSITION_LENGTH_MAX) return 'position is too long';
  if (open.position !== '' && parsedPosition === undefined) {
    return `"${open.position.slice(0, 60)}" is not a position of store ${layout.name}`;
  }
  return undefined;
}
