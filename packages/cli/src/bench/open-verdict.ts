/** What a person should take from the rows of `bench open`: the ratios, and what they do not show. */
import { groupBy } from './group-by.js';
import {
  cpuUsPerBranchOf,
  findMedianRun,
  nameLoad,
  nameStores,
  type OpenJson,
  type OpenLimit,
  type OpenRun,
  type OpenSeries,
  toRow,
} from './open-result.js';

export interface OpenVerdict {
  /** 1 when any run lost an acknowledged open. */
  readonly exitCode: 0 | 1;
  readonly lines: readonly string[];
}

/** A series, and the one that it is compared with. */
interface Pair {
  readonly each: OpenSeries;
  readonly base: OpenSeries;
}

export function toOpenVerdict(series: readonly OpenSeries[]): OpenVerdict {
  const losses = series.flatMap(describeLoss);
  return {
    exitCode: losses.length === 0 ? 0 : 1,
    lines: [
      ...losses,
      ...compareJournals(series),
      ...compareStores(series),
      ...describeGenerator(series.filter(isLimitedBy('generator'))),
      ...describeMachine(series.filter(isLimitedBy('machine'))),
    ],
  };
}

function describeLoss({ load, journal, runs }: OpenSeries): string[] {
  const lost = runs.reduce((sum, { branchesLost }) => sum + Math.abs(branchesLost), 0);
  if (lost === 0) return [];
  return [
    `${nameLoad(load)}, ${journal}: the node's open branches and those that it acknowledged differ by ${lost}.`,
  ];
}

/** The series of the same load with the first journal, which the others are compared with. */
export function findBase(each: OpenSeries, series: readonly OpenSeries[]): OpenSeries {
  return series.find(({ load }) => load === each.load) ?? each;
}

/** Each journal against the first that the loads ran with. */
function compareJournals(series: readonly OpenSeries[]): string[] {
  const pairs = series
    .map((each) => ({ each, base: findBase(each, series) }))
    .filter(({ each, base }) => each !== base);
  return groupBy(pairs, ({ each }) => each.journal).map((alike) => {
    const ratios = (valueOf: (row: OpenJson) => number): string => formatRatios(alike, valueOf);
    const { each, base } = alike[0];
    const name = alike.length === 1 ? nameLoad(each.load) : `${alike.length} loads`;
    return `${name}: ${each.journal} opens ${ratios((row) => row.opensPerSec)} as many a second as ${base.journal}, with ${ratios((row) => row.latencyMs.p50)} the latency (p50), and ${ratios((row) => row.serverCpuUsPerOpen)} the CPU time per open.`;
  });
}

/** What a branch costs among others of its request, against the load that differs in that alone. */
function compareStores(series: readonly OpenSeries[]): string[] {
  const pairs = series.flatMap((each) => {
    const alike = series.filter((other) => isWithFewerStores(other, each));
    const base = alike.find(({ load }) => load.depth === each.load.depth) ?? alike[0];
    return base === undefined ? [] : [{ each, base }];
  });
  const baseOf = ({ base }: Pair): string =>
    `${nameStores(base.load.storesPerRequest)}, ${base.journal}`;
  return groupBy(pairs, baseOf).map((alike) => {
    const name = nameSeveral(alike.map(({ each }) => each));
    const branches = formatRatios(alike, (row) => row.branchesPerSec);
    const cpu = formatRatios(alike, cpuUsPerBranchOf);
    return `${name}: ${branches} as many branches a second as with ${baseOf(alike[0])}, at ${cpu} the CPU time per branch.`;
  });
}

/** Its depth may be greater: more stores were too many opens in flight. */
function isWithFewerStores(one: OpenSeries, other: OpenSeries): boolean {
  return (
    one.load.storesPerRequest < other.load.storesPerRequest &&
    one.load.depth >= other.load.depth &&
    one.load.connections === other.load.connections &&
    one.load.ratePerSec === other.load.ratePerSec &&
    one.journal === other.journal
  );
}

function isLimitedBy(limit: OpenLimit): (each: OpenSeries) => boolean {
  return (each) => toRow(each, findMedianRun(each)).limitedBy === limit;
}

/** What a person must know before they take these figures for the node's. */
function describeGenerator(series: readonly OpenSeries[]): string[] {
  if (series.length === 0) return [];
  const busy = formatShares(series, ({ node, elapsedMs }) => node.activeMs / elapsedMs);
  return [
    `${nameSeveral(series)}: the load generator was the limit, not the node, which was busy ${busy} of the time; try --generators 2 or more.`,
  ];
}

function describeMachine(series: readonly OpenSeries[]): string[] {
  if (series.length === 0) return [];
  const processors = formatShares(series, ({ processorsBusy }) => processorsBusy);
  const active = formatShares(series, ({ node, elapsedMs }) => node.activeMs / elapsedMs);
  const ran = formatShares(series, ({ node, elapsedMs }) => node.cpuUs / 1_000 / elapsedMs);
  return [
    `${nameSeveral(series)}: the machine was the limit: its processors were busy ${processors} of the time, the node had something to do ${active} and ran ${ran}; stop what else runs, or use more processors.`,
  ];
}

/** The table says which they are. */
function nameSeveral(series: readonly OpenSeries[]): string {
  return series.length === 1 ? series.map(nameSeries).join('') : `${series.length} rows`;
}

function nameSeries({ load, journal }: OpenSeries): string {
  return `${nameLoad(load)}, ${journal}`;
}

function formatRatios(pairs: readonly Pair[], valueOf: (row: OpenJson) => number): string {
  const value = (each: OpenSeries): number => valueOf(toRow(each, findMedianRun(each)));
  const ratios = pairs.map(({ each, base }) => value(each) / value(base));
  return `${formatRange(ratios, (ratio) => ratio.toFixed(2))} ×`;
}

function formatShares(series: readonly OpenSeries[], shareOf: (run: OpenRun) => number): string {
  const shares = series.map((each) => shareOf(findMedianRun(each)));
  return `${formatRange(shares, (share) => String(Math.round(100 * share)))} %`;
}

/** From the least to the greatest. */
function formatRange(values: readonly number[], format: (value: number) => string): string {
  const ends = [format(Math.min(...values)), format(Math.max(...values))];
  return [...new Set(ends)].join(' to ');
}
