/**
 * What one monitor knows of the markers of its open branches: which branches wait for which keys,
 * what the keys showed last at the replica, and what they carried at the primary. Pure; what follows
 * from it is decided in `marker-evidence.ts`.
 *
 * A target counts only for branches that were overdue before it was asked for. So reads of the
 * primary are numbered, and each branch remembers the first number that counts.
 */
import type { OpenBranch } from '@rendezvous/protocol';
import type { Queued } from '../core/deadline-queue.js';
import { type Evidence, judgeMarkers } from './marker-evidence.js';

export interface ProbedBranch {
  readonly bid: string;
  /** The marker that its write carries. */
  readonly marker: string;
  /** On the monitor's clock. */
  readonly openedAtMs: number;
  readonly keys: readonly MarkedKey[];
  /** The first read of the primary that counts; undefined while it is not overdue. */
  targetsFrom: number | undefined;
  /** Probes at the replica found nothing, the last one then. */
  missedAtMs: number | undefined;
  /** A later write to one of its keys has been seen, and this one has not. */
  isPassedOver: boolean;
  /** The node was told that the primary shows nothing of it. */
  isTraceless: boolean;
  /** The attach that last told of it. */
  generation: number;
  /** When to look at the replica, and when at the primary. */
  readonly probe: Turn;
  readonly target: Turn;
}

export interface Turn extends Queued {
  readonly bid: string;
}

export interface MarkedKey {
  readonly bytes: Uint8Array;
  /** The marker that the replica showed last; `''`: none, or not looked at. */
  shown: string;
  /** What the primary carried, the newest last. */
  readonly targets: { readonly marker: string; readNumber: number }[];
  readonly branches: Set<ProbedBranch>;
}

/** A key that is written without end never shows what was read long ago. */
const TARGET_COUNT_MAX = 16;

export class OpenMarkers {
  readonly #branches = new Map<string, ProbedBranch>();
  readonly #keys = new Map<string, MarkedKey>();

  get size(): number {
    return this.#branches.size;
  }

  get(bid: string): ProbedBranch | undefined {
    return this.#branches.get(bid);
  }

  add(open: OpenBranch, openedAtMs: number): ProbedBranch {
    const { bid } = open;
    const keys = new Set(open.keys.map((bytes) => this.#keyOf(bytes)));
    const branch: ProbedBranch = {
      bid,
      marker: open.marker || bid,
      openedAtMs,
      keys: [...keys],
      targetsFrom: undefined,
      missedAtMs: undefined,
      isPassedOver: false,
      isTraceless: false,
      generation: 0,
      probe: { bid, dueAtMs: 0, queueIndex: -1 },
      target: { bid, dueAtMs: 0, queueIndex: -1 },
    };
    for (const key of keys) key.branches.add(branch);
    this.#branches.set(bid, branch);
    return branch;
  }

  remove(branch: ProbedBranch): void {
    this.#branches.delete(branch.bid);
    for (const key of branch.keys) {
      key.branches.delete(branch);
      if (key.branches.size === 0) this.#keys.delete(toText(key.bytes));
    }
  }

  /** The open branches that wait for one of these keys. */
  waitingFor(keys: readonly Uint8Array[]): ProbedBranch[] {
    return keys.flatMap((bytes) => [...(this.#keys.get(toText(bytes))?.branches ?? [])]);
  }

  [Symbol.iterator](): Iterator<ProbedBranch> {
    return this.#branches.values();
  }

  #keyOf(bytes: Uint8Array): MarkedKey {
    const text = toText(bytes);
    const known = this.#keys.get(text);
    if (known) return known;
    const key: MarkedKey = { bytes, shown: '', targets: [], branches: new Set() };
    this.#keys.set(text, key);
    return key;
  }
}

/** Takes in what the primary carried when it was asked for the `readNumber`th time. */
export function addTarget({ targets }: MarkedKey, marker: string, readNumber: number): void {
  const last = targets.at(-1);
  if (last?.marker === marker) {
    last.readNumber = readNumber;
    return;
  }
  targets.push({ marker, readNumber });
  if (targets.length > TARGET_COUNT_MAX) targets.shift();
}

/** What the readings so far prove of a branch. */
export function judgeBranch({ bid, marker, keys, targetsFrom = Infinity }: ProbedBranch): Evidence {
  const readings = keys.map(({ shown, targets }) => ({
    atReplica: shown,
    targets: targets.flatMap((one) => (one.readNumber >= targetsFrom ? [one.marker] : [])),
  }));
  const overdue = targetsFrom !== Infinity;
  return judgeMarkers({ bid, marker, keys: keys.map(({ bytes }) => bytes), overdue }, readings);
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
