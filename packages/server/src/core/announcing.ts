/**
 * Telling monitors that branches are open at their replica, or have become overdue there.
 *
 * Whoever looks for markers is told of each branch. A monitor that follows positions need only know that
 * there are new ones: it gets an empty list, however many they are.
 */
import type { BranchesOpened, OpenBranch } from '@rendezvous/protocol';
import { type Branch, sizeOf } from './branch.js';
import type { CoreState } from './core-state.js';
import { noteSent } from './announced.js';
import { reply } from './reply.js';
import type { Attachment } from './replica-state.js';

/** Stays well below the frame limit of 1 MiB. */
const ANNOUNCEMENT_BYTES_MAX = 256 * 1024;

/** Tells the monitor of a branch when the input at hand ends. */
export function announce(
  state: CoreState,
  attachment: Attachment,
  branch: Branch,
  nowMs: number,
): void {
  if (!branch.layout.definition.hasMarkers) {
    expectAnnouncement(state, attachment);
    return;
  }
  const { bid, position, keys, marker, lease } = branch;
  const ageMs = Math.max(0, Math.round(nowMs - branch.insertedAtMs));
  const branches = state.announcements.get(attachment) ?? [];
  state.announcements.set(attachment, branches);
  branches.push({
    bid,
    position,
    keys,
    ageMs,
    marker,
    overdue: lease === undefined,
  });
}

/** The monitor is told something when the input ends, even if that is that nothing is open. */
export function expectAnnouncement(state: CoreState, attachment: Attachment): void {
  if (!state.announcements.has(attachment)) state.announcements.set(attachment, []);
}

/** Sends what the input at hand has to tell. */
export function sendAnnouncements(state: CoreState, nowMs: number): void {
  if (state.announcements.size === 0) return;
  for (const [attachment, branches] of state.announcements) {
    send(state, attachment, branches, nowMs);
  }
  state.announcements.clear();
}

function send(
  state: CoreState,
  attachment: Attachment,
  branches: readonly OpenBranch[],
  nowMs: number,
): void {
  let chunk: OpenBranch[] = [];
  let bytes = 0;
  const flush = (): void => {
    const body: BranchesOpened = { kind: 'branchesOpened', branches: chunk };
    reply(state, attachment, body);
    noteSent(attachment.announced, nowMs);
    chunk = [];
    bytes = 0;
  };
  for (const branch of branches) {
    if (bytes >= ANNOUNCEMENT_BYTES_MAX) flush();
    chunk.push(branch);
    bytes += sizeOf(branch);
  }
  if (chunk.length > 0 || branches.length === 0) flush();
}
