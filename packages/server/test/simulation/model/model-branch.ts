/** A branch and the places where it must become visible, in the model's plain words: sets. */
import type { PositionOrder } from '@rendezvous/protocol';
import type { StoreDefinition } from '../../../src/core/store-layout.js';
import type { PlaceState } from './state-table.js';

/** A replica of a region that the node serves, or a whole region. */
export interface Place {
  readonly region: string;
  /** `''` for the whole region. */
  readonly replica: string;
  readonly isServed: boolean;
}

export interface ModelStore {
  readonly name: string;
  readonly home: string;
  readonly places: readonly Place[];
  readonly order: PositionOrder | undefined;
  readonly hasMarkers: boolean;
  readonly branchTtlMs: number;
}

export interface ModelBranch {
  readonly bid: string;
  readonly rid: string;
  readonly store: ModelStore;
  readonly keys: readonly Uint8Array[];
  readonly parsedPosition: unknown;
  readonly insertedAtMs: number;
  readonly spots: { readonly journal: string; readonly sequence: number }[];
  readonly named: Set<Place>;
  readonly closed: Set<Place>;
  readonly cutOff: Set<Place>;
  /** Where a monitor found nothing of the write at its primary. */
  readonly noTrace: Set<Place>;
  /** How long its write may be under way, in ms; undefined once it is overdue. */
  lease: number | undefined;
  /** `journal/region` of closes that the journal's owner has not acknowledged. */
  readonly owed: Set<string>;
  isAborted: boolean;
  /** The own journal's entry is gone, or on its way out. */
  isCollected: boolean;
}

export function createModelStore(
  { name, home, regions, order, hasMarkers = false, branchTtlMs }: StoreDefinition,
  served: readonly string[],
): ModelStore {
  const places = regions.flatMap(({ name: region, replicas }): Place[] => {
    const isServed = served.includes(region);
    if (!isServed || replicas.length === 0) return [{ region, replica: '', isServed }];
    return replicas.map((replica) => ({ region, replica, isServed }));
  });
  return { name, home, places, order, hasMarkers, branchTtlMs };
}

/** The places of a region, of one of its replicas if that is named. */
export function placesOf({ places }: ModelStore, region: string, replica = ''): readonly Place[] {
  return places.filter(
    (place) => place.region === region && (replica === '' || place.replica === replica),
  );
}

export function isOpenAt({ named, closed }: ModelBranch, place: Place): boolean {
  return named.has(place) && !closed.has(place);
}

export function isOpenInRegion(branch: ModelBranch, region: string): boolean {
  return placesOf(branch.store, region).some((place) => isOpenAt(branch, place));
}

export function isClosedEverywhere({ named, closed }: ModelBranch): boolean {
  return closed.size === named.size;
}

export function sequenceIn({ spots }: ModelBranch, journal: string): number {
  return spots.find((spot) => spot.journal === journal)?.sequence ?? 0;
}

export function relationTo({ store, parsedPosition }: ModelBranch, watermark: unknown): string {
  if (!store.order || watermark === undefined || parsedPosition === undefined) return 'pending';
  return store.order.relation(parsedPosition, watermark);
}

export function stateAt(branch: ModelBranch, place: Place): PlaceState {
  if (!branch.named.has(place)) return 'unknown';
  if (branch.isAborted) return 'aborted';
  if (branch.closed.has(place)) return 'closed';
  if (branch.cutOff.has(place)) return 'cut off';
  if (branch.lease !== undefined) return 'under way';
  return branch.noTrace.has(place) ? 'no trace' : 'open';
}
