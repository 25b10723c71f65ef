/**
 * What a monitor may conclude from the markers that it reads. Pure; all of rule 14 is here.
 *
 * A write leaves its marker at each of its keys. A replica that shows the branch's own marker has the
 * write. When the marker was overwritten before the replica ever showed it, the *target* decides: what
 * the key carries at the primary, read (strongly consistent) once the branch is overdue. By then the
 * write has been applied there, or never will be; so the target is that write, a later one, or proof
 * that nothing is to be waited for, and a replica that shows the target has whatever there was.
 *
 * Not proof: a marker that is merely newer (clocks differ), or an absent key (it may not have come yet
 * as well as have been deleted since). Markers are never used twice, so the order of both reads does
 * not matter, and a target stays one for ever. That is why a driver's second attempt at a write has a
 * marker of its own, `<bid>.<anything>`: after another write it would bring the first one's back, and
 * an old copy could be taken for the new one. Any of them is the branch's own.
 */

export interface MarkedBranch {
  readonly bid: string;
  /** The marker that the write carries. */
  readonly marker: string;
  readonly keys: readonly Uint8Array[];
  /** The node's word that the primary shows what became of the write (rule 19). */
  readonly overdue: boolean;
}

/** What one key of a branch shows; `''` stands for no marker, or no such key. */
export interface KeyReading {
  readonly atReplica: string;
  /** Every target that was ever read for this key, the newest last; empty before the first. */
  readonly targets: readonly string[];
}

/** `no_trace`: the primary shows nothing of the write, so nothing that may come proves anything. */
export type Evidence = 'visible' | 'no_trace' | 'pending';

/** Judges a branch by one reading for each of its keys, in their order. */
export function judgeMarkers(branch: MarkedBranch, readings: readonly KeyReading[]): Evidence {
  if (readings.length !== branch.keys.length || readings.length === 0) return 'pending';
  const hidden = readings.filter((reading) => !isVisible(branch, reading));
  if (hidden.length === 0) return 'visible';
  const isTraceless = branch.overdue && hidden.some(({ targets }) => targets.at(-1) === '');
  return isTraceless ? 'no_trace' : 'pending';
}

function isVisible({ marker, overdue }: MarkedBranch, { atReplica, targets }: KeyReading): boolean {
  if (atReplica === '') return false;
  return isOwnMarker(marker, atReplica) || (overdue && targets.includes(atReplica));
}

/** Whether `shown` was left by the write with this marker, by whichever of its attempts. */
export function isOwnMarker(marker: string, shown: string): boolean {
  return shown === marker || shown.startsWith(`${marker}.`);
}
