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
  readonly #byRid = new Map<string, Set<Branch>>();
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
    addTo(this.#byRid, branch.rid, branch);
    addTo(this.#byStore, branch.layout, branch);
  }

  delete(branch: Branch): void {
    if (!this.#byBid.delete(branch.bid)) return;
    this.#weight -= weightOf(branch);
    deleteFrom(this.#byRid, branch.rid, branch);
    deleteFrom(this.#byStore, branch.layout, branch);
  }

  ofRid(rid: string): Iterable<Branch> {
    return this.#byRid.get(rid) ?? [];
  }

  /** The store's branches, oldest insertion first. */
  ofStore(layout: StoreLayout): Iterable<Branch, undefined> {
    return this.#byStore.get(layout) ?? [];
  }

  all(): Iterable<Branch> {
    return this.#byBid.values();
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

function addTo<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const values = index.get(key);
  if (values) values.add(value);
  else index.set(key, new Set([value]));
}

function deleteFrom<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const values = index.get(key);
  if (values?.delete(value) === true && values.size === 0) index.delete(key);
}
