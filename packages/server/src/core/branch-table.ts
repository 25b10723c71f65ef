/**
 * The branches that a node knows, found by bid, by rid, and by store in order of insertion.
 *
 * Also remembers closes that came before their open (rule 1): at most `EARLY_CLOSE_COUNT_MAX`, the
 * oldest dropped first; whoever sent the dropped ones finds the branch again when it checks from
 * scratch (rule 13).
 */
import { type Branch, keyWeight } from './branch.js';
import type { StoreLayout } from './store-layout.js';

/** Enough for the signals of a second at full speed; about 10 MB. */
const EARLY_CLOSE_COUNT_MAX = 100_000;

export interface EarlyClose {
  readonly region: string;
  readonly replica: string;
}

export class BranchTable {
  readonly #byBid = new Map<string, Branch>();
  /** Most requests write once, and a set of one is as large as the branch. */
  readonly #byRid = new Map<string, Branch | Set<Branch>>();
  readonly #byStore = new Map<StoreLayout, Set<Branch>>();
  readonly #earlyCloses = new Map<string, EarlyClose[]>();
  #weight = 0;

  get size(): number {
    return this.#byBid.size;
  }

  /** What keys and positions of all branches weigh, in bytes. */
  get weight(): number {
    return this.#weight;
  }

  get(bid: string): Branch | undefined {
    return this.#byBid.get(bid);
  }

  add(branch: Branch): void {
    this.#byBid.set(branch.bid, branch);
    this.#weight += weightOf(branch);
    this.#addToRid(branch);
    const ofStore = this.#byStore.get(branch.layout);
    if (ofStore) ofStore.add(branch);
    else this.#byStore.set(branch.layout, new Set([branch]));
  }

  delete(branch: Branch): void {
    if (!this.#byBid.delete(branch.bid)) return;
    this.#weight -= weightOf(branch);
    this.#deleteFromRid(branch);
    this.#byStore.get(branch.layout)?.delete(branch);
  }

  ofRid(rid: string): Iterable<Branch> {
    const found = this.#byRid.get(rid);
    if (found === undefined) return [];
    return found instanceof Set ? found : [found];
  }

  /** The store's branches, oldest insertion first. */
  ofStore(layout: StoreLayout): Iterable<Branch, undefined> {
    return this.#byStore.get(layout) ?? [];
  }

  all(): Iterable<Branch> {
    return this.#byBid.values();
  }

  #addToRid(branch: Branch): void {
    const { rid } = branch;
    const known = this.#byRid.get(rid);
    if (known === undefined) this.#byRid.set(rid, branch);
    else if (known instanceof Set) known.add(branch);
    else this.#byRid.set(rid, new Set([known, branch]));
  }

  #deleteFromRid(branch: Branch): void {
    const { rid } = branch;
    const known = this.#byRid.get(rid);
    if (known instanceof Set) known.delete(branch);
    if (known === branch || (known instanceof Set && known.size === 0)) this.#byRid.delete(rid);
  }

  rememberClose(bid: string, close: EarlyClose): void {
    const known = this.#earlyCloses.get(bid);
    if (known) {
      if (!known.some((one) => one.region === close.region && one.replica === close.replica)) {
        known.push(close);
      }
      return;
    }
    this.#earlyCloses.set(bid, [close]);
    if (this.#earlyCloses.size > EARLY_CLOSE_COUNT_MAX) {
      for (const oldest of this.#earlyCloses.keys()) {
        this.#earlyCloses.delete(oldest);
        break;
      }
    }
  }

  takeEarlyCloses(bid: string): readonly EarlyClose[] {
    const closes = this.#earlyCloses.get(bid);
    if (!closes) return [];
    this.#earlyCloses.delete(bid);
    return closes;
  }
}

function weightOf({ keys, position }: Branch): number {
  return keyWeight(keys) + position.length;
}
