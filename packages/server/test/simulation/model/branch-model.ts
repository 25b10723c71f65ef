/**
 * The branches that a node must know, worked out from what it was told, in the simplest way there is.
 *
 * The core keeps bits and indices; here are sets, and every question looks at everything. Whoever
 * changes what a branch may go through changes it here too, and in `state-table.ts`.
 */
import type { JournalEntry, Open } from '@rendezvous/protocol';
import { CellCounter } from './cell-counter.js';
import { LeaseModel } from './lease-model.js';
import {
  isClosedEverywhere,
  isOpenAt,
  isOpenInRegion,
  type ModelBranch,
  type ModelStore,
  type Place,
  placesOf,
  relationTo,
  sequenceIn,
} from './model-branch.js';
import type { PlaceEvent } from './state-table.js';

/** What the branches need to know of the rest of the node. */
export interface Surroundings {
  readonly journal: string;
  readonly stores: ReadonlyMap<string, ModelStore>;
  /** The last watermark of every monitor that watches the replica. */
  watermarksOf(place: Place, store: ModelStore): readonly unknown[];
  /** Whether it is the journal that its owner, a peer, has now. */
  isCurrent(journal: string): boolean;
  count(what: string): void;
}

export class BranchModel {
  readonly #node: Surroundings;
  readonly #branches = new Map<string, ModelBranch>();
  readonly #earlyCloses = new Map<
    string,
    { readonly region: string; readonly replica: string }[]
  >();
  readonly #cells: CellCounter;
  readonly leases: LeaseModel;
  /** Rid → when one of its branches last closed in a region of the node. */
  readonly #closedAtMs = new Map<string, number>();
  #collected: number[] = [];
  #nowMs = 0;

  constructor(node: Surroundings) {
    this.#node = node;
    this.#cells = new CellCounter(
      (what) => node.count(what),
      (bid) => this.#earlyCloses.has(bid),
    );
    this.leases = new LeaseModel(node.journal, this.#branches, this.#cells);
  }

  get size(): number {
    return this.#branches.size;
  }

  get all(): Iterable<ModelBranch> {
    return this.#branches.values();
  }

  /** An input begins. */
  begin(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#collected = [];
  }

  /** Entries of the own journal that the input at hand made superfluous, in order. */
  get collected(): readonly number[] {
    return this.#collected.sort((a, b) => a - b);
  }

  /** When one of the request's branches last closed here, as far as the node saw it. */
  lastClosedAtMs(rid: string): number {
    return this.#closedAtMs.get(rid) ?? 0;
  }

  get(bid: string): ModelBranch | undefined {
    return this.#branches.get(bid);
  }

  openCount(store: string, region: string): number {
    let count = 0;
    for (const branch of this.#branches.values()) {
      if (branch.store.name === store && isOpenInRegion(branch, region)) count++;
    }
    return count;
  }

  /** An entry that the own journal kept through a restart. */
  restore(entry: JournalEntry, nowMs: number): void {
    const branch = this.#insert(entry, nowMs);
    if (!branch) return;
    for (const region of entry.regions) this.#name(branch, placesOf(branch.store, region));
    branch.spots.push({ journal: this.#node.journal, sequence: entry.sequence });
    if (entry.aborted) this.#abortOne(branch);
  }

  /** Returns the sequence that it has already in the own journal, else 0. */
  retriedOpen(open: Open): number {
    const branch = this.#branches.get(open.bid);
    const sequence = branch ? sequenceIn(branch, this.#node.journal) : 0;
    if (branch && sequence > 0) this.#cells.at(branch, branch.named, 'retried open');
    return sequence;
  }

  open(open: Open, sequence: number, nowMs: number): void {
    const store = this.#node.stores.get(open.store);
    const home = open.home || (store?.home ?? '');
    const places = store?.places.filter(({ region }) => region !== home) ?? [];
    this.#arrive(open, places, 'open', this.#node.journal, sequence, nowMs);
  }

  copy(journal: string, entry: JournalEntry, nowMs: number): void {
    const places = this.#servedPlaces(entry);
    if (places.length === 0) return;
    const known = this.#branches.get(entry.bid);
    const wasNamed = (known?.named.size ?? 0) > 0;
    this.#arrive(entry, places, 'copy', journal, entry.sequence, nowMs, (branch) => {
      if (entry.aborted) branch.isAborted = true;
      if (wasNamed) this.#oweClosed(branch, journal);
    });
    const branch = this.#branches.get(entry.bid);
    if (branch && entry.aborted) this.#abortOne(branch);
  }

  repeatedCopy(journal: string, entry: JournalEntry, nowMs: number): void {
    const places = this.#servedPlaces(entry);
    if (places.length === 0) return;
    const known = this.#branches.get(entry.bid);
    this.#countAny(entry.bid, places, 'repeated copy');
    if (known) {
      // Known by the new id of the journal too.
      known.spots.push({ journal, sequence: entry.sequence });
      if (entry.aborted) this.#abortOne(known);
      this.#oweClosed(known, journal);
      return;
    }
    const branch = this.#insert(entry, nowMs);
    if (!branch) return;
    branch.spots.push({ journal, sequence: entry.sequence });
    this.#name(branch, places);
    this.#close(branch, places);
  }

  close(bid: string, region: string, replica: string): void {
    const branch = this.#branches.get(bid);
    if (branch) {
      const places = placesOf(branch.store, region, replica);
      this.#cells.at(branch, places, 'close');
      this.#close(branch, places);
      return;
    }
    this.#cells.absent(bid, 'close');
    const closes = this.#earlyCloses.get(bid) ?? [];
    this.#earlyCloses.set(bid, [...closes, { region, replica }]);
  }

  /** A replica has moved to this watermark. */
  watermark(store: ModelStore, place: Place, watermark: unknown): void {
    for (const branch of [...this.#branches.values()]) {
      if (branch.store !== store || !branch.named.has(place)) continue;
      this.#hold(branch, place, watermark);
    }
  }

  report(bid: string, region: string): void {
    const branch = this.#branches.get(bid);
    if (!branch || sequenceIn(branch, this.#node.journal) === 0) {
      this.#cells.absent(bid, 'report');
      return;
    }
    const places = placesOf(branch.store, region);
    this.#cells.at(branch, places, 'report');
    this.#close(branch, places);
  }

  /** Returns whether peers must hear of it: it is new, and the open stands in the own journal. */
  abort(bid: string): boolean {
    const branch = this.#branches.get(bid);
    const isNews = branch?.isAborted === false && sequenceIn(branch, this.#node.journal) > 0;
    this.#abort(bid, 'abort', () => true);
    return isNews;
  }

  /** The owner of a journal says that the write of one of its entries failed. */
  peerAbort(journal: string, bid: string): void {
    this.#abort(bid, "peer's abort", (branch) => sequenceIn(branch, journal) > 0);
  }

  /** A consumer has applied what these rids and positions cover. */
  applied(branches: readonly ModelBranch[], region: string): void {
    for (const branch of branches) this.#close(branch, placesOf(branch.store, region));
  }

  /** The owner of this journal has collected them: they were closed here before (rule 13). */
  collectedElsewhere(journal: string, bids: Iterable<string>): void {
    for (const bid of bids) {
      const branch = this.#branches.get(bid);
      if (!branch || sequenceIn(branch, journal) === 0) continue;
      this.#close(
        branch,
        [...branch.named].filter((place) => place.isServed),
      );
    }
  }

  settled(journal: string, region: string, bids: Iterable<string>): void {
    for (const bid of bids) {
      const branch = this.#branches.get(bid);
      if (branch?.owed.delete(`${journal}/${region}`) === true) this.#release(branch);
    }
  }

  /** The owner of this journal has another now: nobody is left to tell. */
  forgetReports(journal: string): void {
    for (const branch of [...this.#branches.values()]) {
      for (const owed of [...branch.owed]) {
        if (owed.startsWith(`${journal}/`)) branch.owed.delete(owed);
      }
      this.#release(branch);
    }
  }

  /** Gives up what is too old. Returns the newest rid given up unclosed, `''` if none was. */
  expire(nowMs: number): string {
    let newest = '';
    for (const branch of [...this.#branches.values()]) {
      if (branch.insertedAtMs > nowMs - branch.store.branchTtlMs) continue;
      this.#cells.at(branch, branch.named, 'expiry');
      const isUnclosed = !isClosedEverywhere(branch);
      if (isUnclosed && branch.rid > newest) newest = branch.rid;
      this.#branches.delete(branch.bid);
      this.#cells.gone(branch.bid, isUnclosed ? 'given up' : 'collected');
      this.#collect(branch);
    }
    return newest;
  }

  /** The node goes down: what it saw last. */
  restart(): void {
    for (const branch of this.#branches.values()) this.#cells.at(branch, branch.named, 'restart');
    for (const bid of this.#earlyCloses.keys()) this.#cells.absent(bid, 'restart');
  }

  #arrive(
    one: Open | JournalEntry,
    places: readonly Place[],
    event: PlaceEvent,
    journal: string,
    sequence: number,
    nowMs: number,
    beforeSettling: (branch: ModelBranch) => void = () => undefined,
  ): void {
    this.#countAny(one.bid, places, event);
    const branch = this.#branches.get(one.bid) ?? this.#insert(one, nowMs);
    if (!branch) return;
    branch.spots.push({ journal, sequence });
    const news = places.filter((place) => !branch.named.has(place));
    this.#name(branch, news);
    beforeSettling(branch);
    this.#settle(branch, news);
  }

  /** It may be visible there already. */
  #settle(branch: ModelBranch, news: readonly Place[]): void {
    const early = this.#earlyCloses.get(branch.bid) ?? [];
    this.#earlyCloses.delete(branch.bid);
    const visible = early.flatMap(({ region, replica }) => placesOf(branch.store, region, replica));
    if (branch.isAborted) visible.push(...news);
    const watermarks = news.flatMap((place) =>
      this.#node.watermarksOf(place, branch.store).map((watermark) => ({ place, watermark })),
    );
    for (const { place, watermark } of watermarks) this.#hold(branch, place, watermark);
    this.#close(branch, visible);
    this.#release(branch);
  }

  #hold(branch: ModelBranch, place: Place, watermark: unknown): void {
    const relation = relationTo(branch, watermark);
    if (relation === 'pending') return;
    const isReached = relation === 'reached';
    this.#cells.at(branch, [place], isReached ? 'watermark reached' : 'watermark cut off');
    if (isReached) this.#close(branch, [place]);
    else if (isOpenAt(branch, place)) branch.cutOff.add(place);
  }

  #abort(bid: string, event: PlaceEvent, counts: (branch: ModelBranch) => boolean): void {
    const branch = this.#branches.get(bid);
    if (!branch) {
      this.#cells.absent(bid, event);
      return;
    }
    this.#cells.at(branch, branch.named, event);
    if (!counts(branch)) return;
    this.#abortOne(branch);
  }

  #abortOne(branch: ModelBranch): void {
    branch.isAborted = true;
    this.#close(
      branch,
      [...branch.named].filter((place) => place.isServed),
    );
  }

  /** Places close, and never open again (rule 1). */
  #close(branch: ModelBranch, places: readonly Place[]): void {
    const news = places.filter((place) => isOpenAt(branch, place));
    if (news.length === 0) return;
    for (const place of news) branch.closed.add(place);
    this.#node.count('closes');
    for (const { region } of news.filter((place) => place.isServed)) {
      if (isOpenInRegion(branch, region)) continue;
      this.#closedAtMs.set(branch.rid, this.#nowMs);
      for (const { journal } of branch.spots) this.#owe(branch, journal, region);
    }
    this.#release(branch);
  }

  /** Its entry is not needed any more. */
  #collect(branch: ModelBranch): void {
    const sequence = sequenceIn(branch, this.#node.journal);
    if (sequence === 0 || branch.isCollected) return;
    branch.isCollected = true;
    this.#collected.push(sequence);
  }

  #oweClosed(branch: ModelBranch, journal: string): void {
    for (const { region, isServed } of branch.named) {
      if (isServed && !isOpenInRegion(branch, region)) this.#owe(branch, journal, region);
    }
  }

  #owe(branch: ModelBranch, journal: string, region: string): void {
    if (this.#node.isCurrent(journal)) branch.owed.add(`${journal}/${region}`);
  }

  #release(branch: ModelBranch): void {
    if (!isClosedEverywhere(branch)) return;
    this.#collect(branch);
    if (branch.owed.size > 0) return;
    if (this.#branches.delete(branch.bid)) this.#cells.gone(branch.bid, 'collected');
  }

  #insert(one: Open | JournalEntry, nowMs: number): ModelBranch | undefined {
    const store = this.#node.stores.get(one.store);
    if (!store) return undefined;
    const { bid, rid, keys, position, leaseMs } = one;
    const branch: ModelBranch = {
      bid,
      rid,
      store,
      keys,
      parsedPosition: position === '' ? undefined : store.order?.parse(position),
      insertedAtMs: nowMs,
      spots: [],
      named: new Set(),
      closed: new Set(),
      cutOff: new Set(),
      noTrace: new Set(),
      lease: store.hasMarkers && leaseMs > 0 ? leaseMs : undefined,
      owed: new Set(),
      isAborted: false,
      isCollected: false,
    };
    this.#branches.set(bid, branch);
    this.#cells.back(bid);
    return branch;
  }

  #name(branch: ModelBranch, places: readonly Place[]): void {
    for (const place of places) branch.named.add(place);
  }

  #servedPlaces({ store, regions }: JournalEntry): readonly Place[] {
    const places = this.#node.stores.get(store)?.places ?? [];
    return places.filter(({ region, isServed }) => isServed && regions.includes(region));
  }

  #countAny(bid: string, places: readonly Place[], event: PlaceEvent): void {
    const branch = this.#branches.get(bid);
    if (branch) this.#cells.at(branch, places, event);
    else this.#cells.absent(bid, event);
  }
}
