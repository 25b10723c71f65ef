/** What a person should take from the rows of `bench open`: the ratios, and what they do not show. */
import {
  cpuUsPerBranchOf,
  findMedianRun,
  formatCount,
  nameLoad,
  toRow,
  type OpenJson,
  type OpenSeries,
} from './open-result.js';

export interface OpenVerdict {
  /** 1 when any run lost an acknowledged open. */
  readonly exitCode: 0 | 1;
  readonly lines: readonly string[];
}

export function toOpenVerdict(series: readonly OpenSeries[]): OpenVerdict {
  const losses = series.flatMap(describeLoss);
  return {
    exitCode: losses.length === 0 ? 0 : 1,
    lines: [
      ...losses,
      ...compareJournals(series),
      ...compareStores(series),
      ...series.flatMap(describeLimit),
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

/** Each journal against the first that the load ran with. */
function compareJournals(series: readonly OpenSeries[]): string[] {
  return series.flatMap((each) => {
    const base = findBase(each, series);
    if (base === each) return [];
    const [row, baseRow] = [toRow(each, findMedianRun(each)), toRow(base, findMedianRun(base))];
    return [`${nameLoad(each.load)}: ${describeRatio(row, baseRow)}`];
  });
}

/** What a branch costs among others of its request, against the load that differs in that alone. */
function compareStores(series: readonly OpenSeries[]): string[] {
  return series.flatMap((each) => {
    const alike = series.filter((other) => isWithFewerStores(other, each));
    const base = alike.find(({ load }) => load.depth === each.load.depth) ?? alike[0];
    if (base === undefined) return [];
    const [row, baseRow] = [toRow(each, findMedianRun(each)), toRow(base, findMedianRun(base))];
    const [cpuUs, baseCpuUs] = [cpuUsPerBranchOf(row), cpuUsPerBranchOf(baseRow)];
    return [
      `${nameLoad(each.load)}, ${each.journal}: ${ratio(row.branchesPerSec, baseRow.branchesPerSec)} as many branches a second as ${nameLoad(base.load)}, with ${ratio(cpuUs, baseCpuUs)} the CPU time per branch (${cpuUs.toFixed(2)} µs against ${baseCpuUs.toFixed(2)} µs).`,
    ];
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

function ratio(value: number, baseValue: number): string {
  return `${(value / baseValue).toFixed(2)} ×`;
}

function describeRatio(row: OpenJson, base: OpenJson): string {
  return [
    `${row.journal} opens ${ratio(row.opensPerSec, base.opensPerSec)} as many a second as ${base.journal} (${formatCount(row.opensPerSec)} against ${formatCount(base.opensPerSec)})`,
    `with ${ratio(row.latencyMs.p50, base.latencyMs.p50)} the latency (p50)`,
    `and ${ratio(row.serverCpuUsPerOpen, base.serverCpuUsPerOpen)} the CPU time per open.`,
  ].join(', ');
}

/** What a person must know before they take a figure for the node's. */
function describeLimit(each: OpenSeries): string[] {
  const { load, journal } = each;
  const run = findMedianRun(each);
  const share = (ms: number): string => `${Math.round((100 * ms) / run.elapsedMs)} %`;
  switch (toRow(each, run).limitedBy) {
    case 'generator':
      return [
        `${nameLoad(load)}, ${journal}: the load generator was the limit, not the node, which was busy ${share(run.node.activeMs)} of the time; try --generators 2 or more.`,
      ];
    case 'machine':
      return [
        `${nameLoad(load)}, ${journal}: the machine was the limit: its processors were busy ${share(run.processorsBusy * run.elapsedMs)} of the time, the node had something to do ${share(run.node.activeMs)} and ran ${share(run.node.cpuUs / 1_000)}; stop what else runs, or use more processors.`,
      ];
    case 'server':
    case 'depth':
    case 'rate':
      return [];
  }
}
