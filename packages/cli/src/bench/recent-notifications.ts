import type { Notification } from '../demo/queue-messages.js';

/** So many are kept: what functions read is rarely older. */
const COUNT_MAX = 10_000;

/** The notifications of posts that a reader may read. */
export class RecentNotifications {
  readonly #kept: Notification[] = [];
  #addedCount = 0;
  readonly #random: () => number;

  /** `random` draws from [0, 1). */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  add(notification: Notification): void {
    this.#kept[this.#addedCount % COUNT_MAX] = notification;
    this.#addedCount += 1;
  }

  /** The newest with a probability of `freshShare`, else any. Throws when there is none. */
  pick(freshShare: number): Notification {
    const isFresh = this.#random() < freshShare;
    const at = isFresh
      ? (this.#addedCount - 1) % COUNT_MAX
      : Math.floor(this.#random() * this.#kept.length);
    const picked = this.#kept[at];
    if (picked === undefined) throw new RangeError('no notification has come yet');
    return picked;
  }
}
