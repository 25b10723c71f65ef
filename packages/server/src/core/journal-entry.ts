/** A branch as its entry in a journal says it. */
import type { JournalEntry } from '@rendezvous/protocol';
import type { Branch } from './branch.js';

type Texts = Pick<JournalEntry, 'bid' | 'rid' | 'keys' | 'position'>;

/** The entry that stands for the branch now: the lease of a confirmed write is over. */
export function toEntry(
  branch: Branch,
  sequence: number,
  regions: readonly string[],
  { bid, rid, keys, position }: Texts = branch,
): JournalEntry {
  const { layout, aborted, lease, marker } = branch;
  const leaseMs = lease?.leaseMs ?? 0;
  return {
    sequence,
    bid,
    rid,
    store: layout.name,
    regions,
    keys,
    position,
    aborted,
    leaseMs,
    marker,
  };
}

/** The regions in which the branch must become visible, as far as this node knows. */
export function regionsNamed({ layout, named }: Branch): string[] {
  return [...layout.regions.values()]
    .filter((region) => (named & region.mask) !== 0)
    .map((region) => region.name);
}
