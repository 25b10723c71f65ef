/**
 * When requests last closed here, as far as this node really knows (rule 17).
 *
 * A wait that holds at once says how long ago the last covered branch closed, so that a read that
 * was issued before the answer can prove that it began after the close. For a request that is not
 * found here the answer is the retention or the time that this node has been up, whichever is less.
 */

const RETENTION_MS = 60_000;
const REQUEST_COUNT_MAX = 100_000;

export class RecentCloses {
  /** In order of closing. */
  readonly #closedAtMs = new Map<string, number>();
  /** Nothing is known of requests that closed before this. */
  #knownSinceMs: number;
  #lastCloseAtMs: number;

  constructor(nowMs: number) {
    this.#knownSinceMs = nowMs;
    this.#lastCloseAtMs = nowMs;
  }

  record(rid: string, nowMs: number): void {
    this.#closedAtMs.delete(rid);
    this.#closedAtMs.set(rid, nowMs);
    this.#lastCloseAtMs = nowMs;
    this.#forget(nowMs);
  }

  /** A time since which nothing of these requests closed here. */
  quietSince(rids: readonly string[], everyRid: boolean): number {
    if (everyRid) return this.#lastCloseAtMs;
    let sinceMs = this.#knownSinceMs;
    for (const rid of rids) sinceMs = Math.max(sinceMs, this.#closedAtMs.get(rid) ?? 0);
    return sinceMs;
  }

  #forget(nowMs: number): void {
    for (const [rid, atMs] of this.#closedAtMs) {
      if (this.#closedAtMs.size <= REQUEST_COUNT_MAX && nowMs - atMs <= RETENTION_MS) return;
      this.#closedAtMs.delete(rid);
      this.#knownSinceMs = Math.max(this.#knownSinceMs, atMs);
    }
  }
}
