/**
 * How a wait must be judged, from what the node was told (SPEC.md, rules 6 to 11, 18, 21, 22), and
 * which waits are blocked.
 *
 * Only the order of the questions is the core's own. A blocked wait is looked at after every input:
 * it may not sleep through the moment in which it could have been answered.
 */
import type { Coverage, JournalPosition, Wait, WaitAnswer } from '@rendezvous/protocol';
import type { BranchModel } from './branch-model.js';
import { isOpenAt, type ModelBranch, type ModelStore, placesOf } from './model-branch.js';
import type { ReplicaModel } from './replica-model.js';

export interface Verdict {
  readonly status: 'consistent' | 'unknown' | 'blocked';
  readonly reason: string;
  /** As good a reason: which branch is looked at first is the core's own. */
  readonly orReason?: string | undefined;
  /** When time alone makes it `unknown`, or made it so. */
  readonly untilMs: number;
}

/** What a verdict depends on. */
export interface Knowledge {
  readonly regions: readonly string[];
  readonly stores: ReadonlyMap<string, ModelStore>;
  readonly horizon: string;
  readonly branches: BranchModel;
  readonly replicas: readonly ReplicaModel[];
  readonly startedAtMs: number;
  readonly journals: {
    get(journal: string): { readonly applied: number; readonly head: number } | undefined;
    currentPlace(place: JournalPosition): JournalPosition;
    withCurrentPlaces(coverage: Coverage): Coverage;
    appliedAtMs(journal: string, sequence: number): number;
  };
}

const JOURNAL_UNKNOWN_AFTER_MS = 1_000;
const NO_MONITOR_AFTER_MS = 5_000;

export function judge(node: Knowledge, query: Wait, startedAtMs: number, nowMs: number): Verdict {
  const { coverage, region } = query;
  if (!node.regions.includes(region)) return unknown('region_not_served');
  const here = [...node.stores.values()].filter(
    (store) => placesOf(store, region).length > 0 && ['', store.name].includes(query.store),
  );
  if (here.length === 0 && query.store !== '') return unknown('store_unknown');
  const stores = here.filter(({ home }) => home !== region);
  const isEmpty = coverage.rids.length === 0 && !coverage.everyRid;
  if (stores.length === 0 || isEmpty || coverage.positions.length === 0) return CONSISTENT;
  if (isGivenUp(node, coverage)) return unknown('given_up');
  const verdict =
    judgeJournals(node, coverage, startedAtMs) ??
    judgeReplicas(node, stores, region) ??
    judgeBranches(node, stores, query) ??
    CONSISTENT;
  const { status, reason, untilMs } = verdict;
  if (status !== 'blocked' || nowMs < untilMs) return verdict;
  return { ...unknown(OVERDUE[reason] ?? reason), untilMs };
}

/** The node knows of nothing before: its `closedAgoMs` may reach back so far, and no further (rule 17). */
export function knownSinceMs(node: Knowledge, { coverage, region, store }: Wait): number {
  const { rids, positions } = coverage;
  const read = node.replicas.filter(
    (one) => one.place.region === region && ['', one.store.name].includes(store),
  );
  return Math.max(
    node.startedAtMs,
    ...rids.map((rid) => node.branches.lastClosedAtMs(rid)),
    ...positions.map((place) => {
      const { journal, sequence } = node.journals.currentPlace(place);
      return node.journals.appliedAtMs(journal, sequence);
    }),
    ...read.map(({ readySinceMs = 0 }) => readySinceMs),
  );
}

/** What an answer says, in a verdict's words. */
export function saysOf({ status, pending }: WaitAnswer): Omit<Verdict, 'untilMs'> {
  const reason = pending[0]?.reason ?? '';
  return { status: status === 'timed_out' ? 'blocked' : status, reason };
}

const OVERDUE: Readonly<Record<string, string>> = { journal_behind: 'journal_unknown' };

const CONSISTENT: Verdict = { status: 'consistent', reason: '', untilMs: Infinity };

function unknown(reason: string): Verdict {
  return { status: 'unknown', reason, untilMs: Infinity };
}

function blocked(reason: string, untilMs = Infinity): Verdict {
  return { status: 'blocked', reason, untilMs };
}

function isGivenUp({ horizon }: Knowledge, { everyRid, rids }: Coverage): boolean {
  return horizon !== '' && (everyRid || rids.some((rid) => rid <= horizon));
}

function judgeJournals(
  { journals }: Knowledge,
  { positions }: Coverage,
  startedAtMs: number,
): Verdict | undefined {
  const behind = positions
    .map((place) => journals.currentPlace(place))
    .find(({ journal, sequence }) => (journals.get(journal)?.applied ?? -1) < sequence);
  if (!behind) return undefined;
  const isAhead = behind.sequence > (journals.get(behind.journal)?.head ?? -1);
  return blocked('journal_behind', isAhead ? startedAtMs + JOURNAL_UNKNOWN_AFTER_MS : Infinity);
}

function judgeReplicas(
  { replicas }: Knowledge,
  stores: readonly ModelStore[],
  region: string,
): Verdict | undefined {
  for (const { store, place, isReady, monitorCount, lostAtMs } of replicas) {
    if (isReady || place.region !== region || !stores.includes(store)) continue;
    if (monitorCount > 0) return blocked('barrier');
    return blocked('no_monitor', lostAtMs + NO_MONITOR_AFTER_MS);
  }
  return undefined;
}

function judgeBranches(
  { branches, journals }: Knowledge,
  stores: readonly ModelStore[],
  wait: Wait,
): Verdict | undefined {
  const query = { ...wait, coverage: journals.withCurrentPlaces(wait.coverage) };
  let verdict: Verdict | undefined;
  const reasons = new Set<string>();
  for (const branch of branches.all) {
    if (!stores.includes(branch.store) || !concerns(journals, branch, query)) continue;
    const places = placesOf(branch.store, query.region);
    if (!places.some((place) => isOpenAt(branch, place))) continue;
    if (places.some((place) => branch.cutOff.has(place))) reasons.add('cut_off');
    if (places.some((place) => branch.noTrace.has(place))) reasons.add('no_trace');
    verdict = blocked('open');
  }
  const [reason, ...others] = reasons;
  return reason === undefined ? verdict : { ...unknown(reason), orReason: others[0] };
}

/** Covered (rule 18), and of a key that is read. */
function concerns(
  journals: Knowledge['journals'],
  branch: ModelBranch,
  { coverage, keys }: Wait,
): boolean {
  return isCovered(journals, branch, coverage) && (keys.length === 0 || isOfKeys(branch, keys));
}

export function isCovered(
  journals: Knowledge['journals'],
  { rid, spots }: ModelBranch,
  coverage: Coverage,
): boolean {
  if (!coverage.everyRid && !coverage.rids.includes(rid)) return false;
  const places = spots.flatMap((spot) => [spot, journals.currentPlace(spot)]);
  return coverage.positions.some(({ journal, sequence }) =>
    places.some((place) => place.journal === journal && place.sequence <= sequence),
  );
}

/** A branch without keys is of every key. */
export function isOfKeys({ keys }: ModelBranch, asked: readonly Uint8Array[]): boolean {
  const names = new Set(keys.map(String));
  return names.size === 0 || asked.some((key) => names.has(String(key)));
}
