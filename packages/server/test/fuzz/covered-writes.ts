/**
 * What a fuzzed node must not call `consistent`: the writes that it took on and that nothing closed.
 *
 * Deliberately dull beside the node: a write counts as closed as soon as anything at all was said
 * that could close it anywhere. What is left was certainly open.
 */
import {
  type Applied,
  type Batch,
  type ClientBody,
  type JournalPosition,
  type Open,
  type Wait,
} from '@rendezvous/protocol';
import { testOrder } from '../test-node.js';

type Write = Pick<Open, 'bid' | 'rid' | 'store' | 'keys' | 'position'> & {
  readonly spot: JournalPosition;
};

export class CoveredWrites {
  readonly #writes: Write[] = [];
  readonly #closedBids = new Set<string>();
  readonly #closedStores = new Set<string>();
  readonly #watermarks: string[] = [];

  /** The node acknowledged an open. */
  opened(open: Open, spot: JournalPosition): void {
    this.#writes.push({ ...open, spot });
  }

  /** The node applied a batch; `applied` is how far it was before. */
  applied({ journal, entries, aborted }: Batch, applied: number): void {
    for (const entry of entries) {
      const { sequence } = entry;
      if (!entry.regions.includes('us')) continue;
      // What is repeated and no longer known was closed before; what is aborted is closed.
      if (sequence <= applied || entry.aborted) this.#closedBids.add(entry.bid);
      else this.#writes.push({ ...entry, spot: { journal, sequence } });
    }
    for (const bid of aborted) this.#closedBids.add(bid);
  }

  /** Somebody said this to the node, whether or not it took it in. */
  said(body: ClientBody): void {
    switch (body.kind) {
      case 'close':
      case 'reportClosed':
        for (const bid of body.bids) this.#closedBids.add(bid);
        return;
      case 'abort':
        this.#closedBids.add(body.bid);
        return;
      case 'watermark':
        this.#watermarks.push(body.position);
        return;
      case 'applied':
        this.#saidApplied(body);
        return;
      default:
        return;
    }
  }

  /** A write that the wait covers, and that is certainly open in us. */
  openUnder(query: Wait): Write | undefined {
    if (query.region !== 'us') return undefined;
    return this.#writes.find((write) => isCovered(write, query) && this.#isOpen(write));
  }

  #saidApplied({ store }: Applied): void {
    this.#closedStores.add(store);
  }

  #isOpen({ bid, store, position }: Write): boolean {
    if (this.#closedBids.has(bid) || this.#closedStores.has(store)) return false;
    if (position === '') return true;
    return !this.#watermarks.some((text) => {
      const watermark = testOrder.parse(text);
      const parsed = testOrder.parse(position);
      if (watermark === undefined || parsed === undefined) return false;
      return testOrder.relation(parsed, watermark) === 'reached';
    });
  }
}

function isCovered({ rid, store, keys, spot }: Write, query: Wait): boolean {
  const { rids, everyRid, positions } = query.coverage;
  if (!everyRid && !rids.includes(rid)) return false;
  if (query.store !== '' && query.store !== store) return false;
  if (store !== 'posts' && store !== 'orders') return false;
  const isNamed =
    keys.length === 0 ||
    query.keys.length === 0 ||
    keys.some((key) => query.keys.some((other) => String(key) === String(other)));
  return isNamed && positions.some((one) => isAtOrAbove(one, spot));
}

function isAtOrAbove(position: JournalPosition, spot: JournalPosition): boolean {
  return position.journal === spot.journal && position.sequence >= spot.sequence;
}
