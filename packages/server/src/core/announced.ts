/**
 * When a monitor last read its replica, as far as this node can tell without comparing clocks: a
 * watermark says how many announcements the monitor had received when it began to read, and this node
 * knows when it sent each.
 */
export interface Announced {
  /** Announcements that were sent. */
  count: number;
  /** When those were sent that no watermark has been read after yet, oldest first. */
  sentAtMs: number[];
  /** The last watermark was not read before; `-Infinity` while nothing is known. */
  readSinceMs: number;
}

/** A monitor that reads nothing for so long has nothing to gain from more. */
const SENT_COUNT_MAX = 1_000;

export function createAnnounced(): Announced {
  return { count: 0, sentAtMs: [], readSinceMs: -Infinity };
}

/** One more announcement is on its way. */
export function noteSent(announced: Announced, nowMs: number): void {
  announced.count += 1;
  announced.sentAtMs.push(nowMs);
  // Read after a later one is read after an earlier one.
  if (announced.sentAtMs.length > SENT_COUNT_MAX) announced.sentAtMs.shift();
}

/** A watermark came that was read after so many announcements. */
export function noteRead(announced: Announced, receivedCount: number): void {
  if (receivedCount > announced.count) return;
  const unreadCount = announced.count - receivedCount;
  const readCount = announced.sentAtMs.length - unreadCount;
  const last = announced.sentAtMs[readCount - 1];
  if (readCount <= 0 || last === undefined) return;
  announced.readSinceMs = last;
  announced.sentAtMs.splice(0, readCount);
}
