/**
 * Monitors: they attach to a replica, say how far it is, or close branches one by one.
 */
import {
  KEY_BYTES_MAX,
  type Applied,
  type Attach,
  type Close,
  isUlid,
  type Watermark,
} from '@rendezvous/protocol';
import { admit } from './admission.js';
import { createAnnounced, noteRead } from './announced.js';
import { announce, expectAnnouncement } from './announcing.js';
import { isOpenIn } from './branch.js';
import { close } from './closing.js';
import { type CoreState, type HeldApplied, operationKey } from './core-state.js';
import { raiseHorizon } from './horizon.js';
import { currentPlace, withCurrentPlaces } from './journal-lineage.js';
import { POSITION_LENGTH_MAX } from './opening.js';
import {
  type Attachment,
  observeWatermark,
  refreshReadiness,
  type ReplicaState,
  type WatermarkScan,
} from './replica-state.js';
import type { Asker } from './asker.js';
import { orphanShown } from './shown-position.js';
import { reply, replyDone, replyFailure, replyLimit } from './reply.js';
import type { StoreLayout } from './store-layout.js';
import { isCovered } from './wait-condition.js';
import { faultOfCoverage, wake, wakeAll } from './waiting.js';

/** One input closes no more, so that a replica that catches up never freezes the node. */
const CLOSE_COUNT_MAX = 5_000;
const HELD_APPLIED_COUNT_MAX = 10_000;
/** A journal that has not come by then is away; the consumer tries again. */
const HELD_APPLIED_MAX_MS = 10_000;

/** Takes a monitor on, and tells it of every open branch: also one that starts late or again. */
export function receiveAttach(
  state: CoreState,
  asker: Asker,
  request: Attach,
  nowMs: number,
): void {
  if (!admit(state, asker, 'attach')) return;
  const replica = state.replicas.find(
    (one) =>
      one.layout.name === request.store &&
      one.region === request.region &&
      one.name === request.replica,
  );
  const barrier = replica && parsePosition(replica.layout, request.barrier);
  const needsBarrier = replica?.layout.definition.hasMarkers !== true;
  const isUsable = needsBarrier
    ? barrier !== undefined
    : request.barrier.length <= POSITION_LENGTH_MAX;
  if (!replica || !isUsable) {
    const what = `replica ${request.replica} of store ${request.store} in ${request.region}`;
    const why = replica ? 'needs another barrier: a position' : 'is not one that this node serves';
    replyFailure(state, asker, 'bad_request', `${what.slice(0, 120)} ${why}`);
    return;
  }
  const attachment: Attachment = {
    ...asker,
    replica,
    barrier,
    barrierText: request.barrier,
    watermark: undefined,
    watermarkText: '',
    relations: undefined,
    branchesOpen: 0,
    announced: createAnnounced(),
    // Without positions there is none to pass: markers are looked for afresh by every monitor.
    passed: !needsBarrier,
    scan: undefined,
  };
  if (!needsBarrier) takeLineage(state, replica, request.barrier, nowMs);
  state.attachments.set(operationKey(asker.session, asker.id), attachment);
  replica.attachments.add(attachment);
  if (refreshReadiness(replica, nowMs)) wakeAll(state, nowMs);
  else wake(state, replica, nowMs);
  expectAnnouncement(state, attachment);
  if (needsBarrier) return;
  for (const branch of state.table.ofStore(replica.layout)) {
    if (isOpenIn(branch, replica.bit)) announce(state, attachment, branch, nowMs);
  }
}

/**
 * A replica without positions that is not the one it was may lack what closed on it, and cannot show
 * that it has caught up: requests from before then are answered with `unknown` for good (rule 21).
 */
function takeLineage(
  state: CoreState,
  replica: ReplicaState,
  lineage: string,
  nowMs: number,
): void {
  const isChanged = replica.lineage !== undefined && replica.lineage !== lineage;
  replica.lineage = lineage;
  if (isChanged) raiseHorizon(state, state.newestRids.get(replica.layout) ?? '', nowMs);
}

/** Everything at or below the position is visible at the replica (rule 12 covers later opens). */
export function receiveWatermark(
  state: CoreState,
  asker: Asker,
  request: Watermark,
  nowMs: number,
): void {
  const attachment = state.attachments.get(operationKey(asker.session, request.attach));
  const order = attachment?.replica.layout.definition.order;
  const watermark = attachment && parsePosition(attachment.replica.layout, request.position);
  if (!attachment || !order || watermark === undefined) {
    replyFailure(state, asker, 'bad_request', 'the watermark names no attach, or is no position');
    return;
  }
  noteRead(attachment.announced, request.announcements);
  const change = observeWatermark(attachment, watermark, request.position, order);
  if (change === 'regressed') {
    detach(state, [attachment], nowMs);
    const message = `${attachment.replica.name} went back, or changed its lineage: attach anew with a new barrier`;
    replyFailure(state, asker, 'store_failed', message, true);
    return;
  }
  if (change === 'advanced') {
    if (refreshReadiness(attachment.replica, nowMs)) wake(state, attachment.replica, nowMs);
    const branches = state.table.ofStore(attachment.replica.layout);
    attachment.scan = { branches, openCount: 0 };
    closeReached(state, attachment, attachment.scan, nowMs);
  }
  reply(state, asker, { kind: 'watermarked', branchesOpen: attachment.branchesOpen });
}

/**
 * The monitor is gone, and its watermarks with it (rule 21): first with all of them, so that no wait is
 * answered by the word of one that is about to go.
 */
export function detach(state: CoreState, attachments: readonly Attachment[], nowMs: number): void {
  for (const attachment of attachments) {
    const { replica } = attachment;
    state.attachments.delete(operationKey(attachment.session, attachment.id));
    state.catchingUp.delete(attachment);
    replica.attachments.delete(attachment);
    if (replica.attachments.size > 0) continue;
    replica.lostAtMs = nowMs;
    orphanShown(replica.shown);
  }
  const replicas = new Set(attachments.map(({ replica }) => replica));
  const changed = [...replicas].filter((replica) => refreshReadiness(replica, nowMs));
  if (changed.length > 0) wakeAll(state, nowMs);
  else for (const replica of replicas) wake(state, replica, nowMs);
}

/** Closes branches one by one; closes that come before their open are remembered (rule 1). */
export function receiveClose(state: CoreState, asker: Asker, request: Close, nowMs: number): void {
  if (!state.regions.has(request.region)) {
    const message = `this node does not serve region "${request.region.slice(0, 40)}"`;
    replyFailure(state, asker, 'region_not_served', message);
    return;
  }
  const fault = faultOfClose(state, request);
  if (fault !== undefined) {
    replyFailure(state, asker, 'bad_request', fault);
    return;
  }
  for (const bid of request.bids) {
    const branch = state.table.get(bid);
    if (!branch) {
      state.earlyCloses.remember(bid, { region: request.region, replica: request.replica });
      continue;
    }
    const region = branch.layout.regions.get(request.region);
    const replica = region?.replicas.find((one) => one.name === request.replica);
    const places = request.replica === '' ? region?.mask : replica?.bit;
    close(state, branch, places ?? 0, nowMs);
  }
  replyDone(state, asker);
}

/** What is remembered of a close that comes before its open must be small, and of few kinds. */
function faultOfClose(state: CoreState, { region, replica, bids }: Close): string | undefined {
  if (!bids.every(isUlid)) return 'a bid is a ULID of 26 characters';
  const isKnown = state.replicas.some((one) => one.region === region && one.name === replica);
  if (replica === '' || isKnown) return undefined;
  return `no store has a replica "${replica.slice(0, 40)}" in ${region}`;
}

/** The consumer of a derived store has applied what its bookmark covers. */
export function receiveApplied(
  state: CoreState,
  asker: Asker,
  request: Applied,
  nowMs: number,
): void {
  const layout = state.stores.get(request.store);
  const region = layout?.regions.get(request.region);
  const fault =
    (!layout && `this node has no store "${request.store.slice(0, 40)}"`) ||
    (!region?.served && `this node does not serve region "${request.region.slice(0, 40)}"`) ||
    (request.key.length === 0 &&
      !request.ordered &&
      'name the key, or say that the stream is ordered') ||
    (request.key.length > KEY_BYTES_MAX && `a key has at most ${String(KEY_BYTES_MAX)} bytes`) ||
    faultOfCoverage(request.coverage);
  if (fault || !layout || !region) {
    replyFailure(state, asker, 'bad_request', String(fault));
    return;
  }
  if (!isApplied(state, request)) {
    if (!admit(state, asker, 'applied')) return;
    if (state.heldApplied.length >= HELD_APPLIED_COUNT_MAX) {
      replyLimit(state, asker, 'applied', 'too many reports are ahead of us');
      return;
    }
    state.heldApplied.push({ ...asker, request, heldAtMs: nowMs });
    return;
  }
  closeApplied(state, layout, request, nowMs);
  replyDone(state, asker);
}

/** Looks again at reports that came before the journals they cover: when a journal has advanced. */
export function retryHeldApplied(state: CoreState, nowMs: number): void {
  const held = state.heldApplied;
  state.heldApplied = [];
  for (const one of held) {
    if (isApplied(state, one.request)) receiveApplied(state, one, one.request, nowMs);
    else state.heldApplied.push(one);
  }
}

/** Refuses reports whose journals do not come. */
export function expireHeldApplied(state: CoreState, nowMs: number): void {
  const isExpired = (one: HeldApplied): boolean => nowMs - one.heldAtMs >= HELD_APPLIED_MAX_MS;
  for (const one of state.heldApplied.filter(isExpired)) {
    const message = 'the opens that it covers have not reached this node: is a peer away?';
    replyFailure(state, one, 'unavailable', message, true);
  }
  state.heldApplied = state.heldApplied.filter((one) => !isExpired(one));
}

/** A position of the store's; undefined when the text is none. */
function parsePosition({ definition }: StoreLayout, text: string): unknown {
  return text.length > POSITION_LENGTH_MAX ? undefined : definition.order?.parse(text);
}

/** Goes on with what the last watermarks reached and one input could not close. */
export function continueClosing(state: CoreState, nowMs: number): void {
  for (const attachment of [...state.catchingUp]) {
    if (attachment.scan) closeReached(state, attachment, attachment.scan, nowMs);
  }
}

function closeReached(
  state: CoreState,
  attachment: Attachment,
  scan: WatermarkScan,
  nowMs: number,
): void {
  const { replica, relations } = attachment;
  state.catchingUp.add(attachment);
  let closedCount = 0;
  for (;;) {
    if (closedCount === CLOSE_COUNT_MAX) return;
    const branch = scan.branches.next().value;
    if (branch === undefined) break;
    if (!isOpenIn(branch, replica.bit)) continue;
    const relation = relations?.of(branch);
    if (relation === 'reached') {
      close(state, branch, replica.bit, nowMs);
      closedCount++;
      continue;
    }
    scan.openCount++;
    if (relation === 'cut_off' && (branch.cutOff & replica.bit) === 0) {
      branch.cutOff |= replica.bit;
      wake(state, branch, nowMs);
    }
  }
  attachment.branchesOpen = scan.openCount;
  attachment.scan = undefined;
  state.catchingUp.delete(attachment);
}

function closeApplied(
  state: CoreState,
  layout: StoreLayout,
  request: Applied,
  nowMs: number,
): void {
  const mask = layout.regions.get(request.region)?.mask ?? 0;
  const keys = request.key.length > 0 ? [request.key] : [];
  const coverage = withCurrentPlaces(state, request.coverage);
  for (const branch of state.table.ofStore(layout)) {
    if (!isOpenIn(branch, mask) || !isCovered(state, branch, coverage)) continue;
    if (!coverage.everyRid && !coverage.rids.includes(branch.rid)) continue;
    // A branch that names no key is about more than this one.
    if (keys.length > 0 && !(branch.hasKeys && branch.touches(keys))) continue;
    close(state, branch, mask, nowMs);
  }
}

function isApplied(state: CoreState, request: Applied): boolean {
  return request.coverage.positions.every((place) => {
    const { journal, sequence } = currentPlace(state, place);
    return (state.journals.get(journal)?.applied ?? 0) >= sequence;
  });
}
