/** A request in progress: its bookmark, and what that truly covers. */
import {
  type Bookmark,
  coverOpen,
  emptyBookmark,
  encodeBookmark,
  isIncomplete,
  markIncomplete,
  mergeBookmarks,
  parseBookmark,
} from '@rendezvous/protocol';
import type { SimulatedClient } from './simulated-client.js';
import type { Write } from './write.js';

const NAMESPACE = 'default';

/** One end-to-end request: its own rid, and the bookmark that travels with it. */
export class Context {
  readonly rid: string;
  readonly client: SimulatedClient;
  bookmark: Bookmark = emptyBookmark(NAMESPACE);
  /** What the bookmark truly covers: writes whose opens were acknowledged where it came from. */
  readonly covered: Set<Write> = new Set<Write>();
  /** Stores with a write whose open is not acknowledged yet. */
  readonly #unacknowledged = new Map<Write, string>();

  constructor(rid: string, client: SimulatedClient) {
    this.rid = rid;
    this.client = client;
  }

  begin(write: Write): void {
    this.#unacknowledged.set(write, write.store.name);
  }

  /** The write ended with an error: nothing will be opened for it. */
  forget(write: Write): void {
    this.#unacknowledged.delete(write);
  }

  /** The write's open was acknowledged. Later acknowledgements of the same open change nothing. */
  cover(write: Write, journal: string, sequence: number): boolean {
    if (!this.#unacknowledged.delete(write)) return false;
    this.bookmark = coverOpen(this.bookmark, this.rid, journal, sequence);
    // Of a write that may not have happened nothing is promised.
    if (write.at || write.isAcknowledged) this.covered.add(write);
    return true;
  }

  /** What is sent along: incomplete where an open is missing. */
  get outgoing(): Bookmark {
    let bookmark = this.bookmark;
    for (const store of this.#unacknowledged.values()) bookmark = markIncomplete(bookmark, store);
    return bookmark;
  }

  receive(text: string, covered: Iterable<Write>): void {
    this.bookmark = mergeBookmarks(this.bookmark, parseBookmark(text, NAMESPACE));
    for (const write of covered) this.covered.add(write);
  }

  /** An open is missing here, or was where something came from. */
  get isIncomplete(): boolean {
    return isIncomplete(this.outgoing, undefined);
  }

  get text(): string {
    return encodeBookmark(this.outgoing);
  }
}
