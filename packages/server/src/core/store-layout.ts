/**
 * Which bits of a branch's state stand for what.
 *
 * The state of a branch is one integer: a bit per place that must see the write. Places only ever go
 * from OPEN to CLOSED, so state is a join and merging two states is bitwise OR (rule 1). A region
 * that this node serves has one bit per replica, because a region is closed only once every one of
 * its replicas has the branch (rule 9); a region that another node serves has one bit, set when
 * that node reports the close.
 */
import { type PositionOrder, RendezvousError } from '@rendezvous/protocol';

/** A store as the node core knows it: names and a way to compare positions, no endpoints. */
export interface StoreDefinition {
  readonly name: string;
  /** Region of the primary; `''` for a multi-active store, whose opens name their home. */
  readonly home: string;
  readonly regions: readonly RegionDefinition[];
  /** Absent for stores whose branches are closed one by one. */
  readonly order?: PositionOrder;
  /** Writes carry a marker beside the data, and monitors look for it (rule 14). Default false. */
  readonly hasMarkers?: boolean;
  /** How long a branch may stay open before it is given up (rule 7). */
  readonly branchTtlMs: number;
}

export interface RegionDefinition {
  readonly name: string;
  /** Names of the replicas that monitors watch; empty when the application closes (`applied`). */
  readonly replicas: readonly string[];
}

export interface ReplicaLayout {
  readonly name: string;
  readonly bit: number;
}

export interface RegionLayout {
  readonly name: string;
  /** This node answers for the region (rule 8). */
  readonly served: boolean;
  /** All bits of the region. */
  readonly mask: number;
  readonly replicas: readonly ReplicaLayout[];
  /** The regions in which a write that this one took must become visible: every other one (rule 18). */
  readonly others: readonly string[];
}

export interface StoreLayout {
  readonly definition: StoreDefinition;
  readonly name: string;
  readonly home: string;
  readonly regions: ReadonlyMap<string, RegionLayout>;
  /** All bits of the regions that this node serves. */
  readonly servedMask: number;
}

/** JavaScript's bitwise operators work on 32 signed bits; 30 keeps every mask positive. */
const PLACE_COUNT_MAX = 30;

/** Lays out one store. Throws `config_invalid` when it has more places than fit. */
export function createStoreLayout(
  definition: StoreDefinition,
  servedRegions: ReadonlySet<string>,
): StoreLayout {
  const regions = new Map<string, RegionLayout>();
  let nextBit = 0;
  let servedMask = 0;
  for (const { name, replicas } of definition.regions) {
    const served = servedRegions.has(name);
    const laidOut = served
      ? replicas.map((replica, index) => ({ name: replica, bit: 1 << (nextBit + index) }))
      : [];
    const bitCount = Math.max(1, laidOut.length);
    const mask = ((1 << bitCount) - 1) << nextBit;
    nextBit += bitCount;
    if (nextBit > PLACE_COUNT_MAX) {
      throw new RendezvousError(
        'config_invalid',
        `store ${definition.name} has more than ${String(PLACE_COUNT_MAX)} regions and replicas: ` +
          'serve some of its regions from another node',
      );
    }
    if (served) servedMask |= mask;
    const others = namesBesides(definition, name);
    regions.set(name, { name, served, mask, replicas: laidOut, others });
  }
  return { definition, name: definition.name, home: definition.home, regions, servedMask };
}

/** The bits of these regions; regions that the store does not have count for nothing. */
export function maskOf(layout: StoreLayout, regionNames: Iterable<string>): number {
  let mask = 0;
  for (const name of regionNames) mask |= layout.regions.get(name)?.mask ?? 0;
  return mask;
}

function namesBesides({ regions }: StoreDefinition, home: string): string[] {
  return regions.map(({ name }) => name).filter((name) => name !== home);
}
