/** What `bench open` found out: every run of every load and journal, and the one that is reported. */
import type { NodeUsage, Usage } from './open-contracts.js';
import type { OpenJournalName } from './open-journal.js';
import type { OpenLoad } from './open-plan.js';

export interface OpenRun {
  /** Requests that were acknowledged. */
  readonly opens: number;
  readonly elapsedMs: number;
  readonly latencyMs: OpenLatency;
  readonly node: NodeUsage;
  /** Of several the one that had the most to do. */
  readonly generator: Usage;
  /** Which part of the time the machine's processors had work, whoever's; 0 to 1. */
  readonly processorsBusy: number;
  /** Branches that were acknowledged and that the node does not know. */
  readonly branchesLost: number;
}

export interface OpenLatency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export interface OpenSeries {
  readonly load: OpenLoad;
  readonly journal: OpenJournalName;
  /** In the order in which they ran; at least one. */
  readonly runs: readonly OpenRun[];
}

/**
 * What kept a run from being faster: the event loop of the node (`server`) or of the load generator;
 * a `machine` with no processor left for them, or for the journal; none of them (`depth`: requests
 * waited for the journal, or too few were in flight); or nothing, since the `rate` was reached.
 */
export type OpenLimit = 'server' | 'generator' | 'machine' | 'depth' | 'rate';

/** The contract for scripts: one row. */
export interface OpenJson {
  readonly connections: number;
  readonly depth: number;
  readonly storesPerRequest: number;
  readonly journal: OpenJournalName;
  readonly opensPerSec: number;
  readonly branchesPerSec: number;
  readonly latencyMs: OpenLatency;
  readonly serverCpuUsPerOpen: number;
  readonly rssBytesPerOpenBranch: number;
  readonly ratePerSec: number | null;
  readonly limitedBy: OpenLimit;
}

/** An event loop with something to do for this part of the time has no room for more. */
const BUSY = 0.9;
/** A process that ran less than this part of the time in which it could have was kept waiting. */
const RAN = 0.8;
/** Processors that work for this part of the time have no room for more. */
const FULL = 0.95;
/** An open loop that completes this part of its rate has reached it. */
const REACHED = 0.98;

/** The run with the median of opens per second; of an even number the slower of the two in the middle. */
export function findMedianRun({ runs }: Pick<OpenSeries, 'runs'>): OpenRun {
  const sorted = runs.toSorted((a, b) => opensPerSecOf(a) - opensPerSecOf(b));
  const median = sorted[Math.ceil(sorted.length / 2) - 1];
  if (median === undefined) throw new RangeError('a series has at least one run');
  return median;
}

export function toOpenJson(series: readonly OpenSeries[]): OpenJson[] {
  return series.map((each) => toRow(each, findMedianRun(each)));
}

/** A row of one run, which need not be the one that is reported. */
export function toRow({ load, journal }: Omit<OpenSeries, 'runs'>, run: OpenRun): OpenJson {
  const { connections, depth, storesPerRequest, ratePerSec } = load;
  const { p50, p99, p999 } = run.latencyMs;
  const branches = run.opens * storesPerRequest;
  return {
    connections,
    depth,
    storesPerRequest,
    journal,
    opensPerSec: Math.round(opensPerSecOf(run)),
    branchesPerSec: Math.round(opensPerSecOf(run) * storesPerRequest),
    latencyMs: { p50: round(p50, 3), p99: round(p99, 3), p999: round(p999, 3) },
    serverCpuUsPerOpen: round(run.node.cpuUs / run.opens, 2),
    rssBytesPerOpenBranch: Math.max(0, Math.round(run.node.rssGrowthBytes / branches)),
    ratePerSec,
    limitedBy: findLimit(load, run),
  };
}

function findLimit({ ratePerSec }: OpenLoad, run: OpenRun): OpenLimit {
  if (ratePerSec !== null && opensPerSecOf(run) >= REACHED * ratePerSec) return 'rate';
  if (isBusy(run.node, run)) return isStarved(run.node) ? 'machine' : 'server';
  if (isBusy(run.generator, run)) return isStarved(run.generator) ? 'machine' : 'generator';
  return run.processorsBusy >= FULL ? 'machine' : 'depth';
}

function isBusy({ activeMs }: Usage, { elapsedMs }: OpenRun): boolean {
  return activeMs >= BUSY * elapsedMs;
}

function isStarved({ cpuUs, activeMs }: Usage): boolean {
  return cpuUs / 1_000 < RAN * activeMs;
}

/** The load as the report names it: `5 × 200, 1 store`. */
export function nameLoad({ connections, depth, storesPerRequest, ratePerSec }: OpenLoad): string {
  const rate = ratePerSec === null ? '' : `, ${formatCount(ratePerSec)}/s`;
  return `${connections} × ${depth}${rate}, ${nameStores(storesPerRequest)}`;
}

export function nameStores(count: number): string {
  return count === 1 ? '1 store' : `${count} stores`;
}

/** With commas between thousands, whatever the machine's locale is. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** Of the node's process, in µs. */
export function cpuUsPerBranchOf({ serverCpuUsPerOpen, storesPerRequest }: OpenJson): number {
  return round(serverCpuUsPerOpen / storesPerRequest, 2);
}

/** Of fewer, a node's memory says more of what it takes to run at all than of branches. */
const RSS_BRANCHES_MIN = 50_000;

/** Whether a run opened enough branches for `rssBytesPerOpenBranch` to mean something. */
export function hasMeaningfulRss({ load }: Pick<OpenSeries, 'load'>, { opens }: OpenRun): boolean {
  return opens * load.storesPerRequest >= RSS_BRANCHES_MIN;
}

function opensPerSecOf({ opens, elapsedMs }: OpenRun): number {
  return (opens / elapsedMs) * 1_000;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
