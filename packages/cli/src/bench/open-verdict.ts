/** What a person should take from the rows of `bench open`: the ratios, and what they do not show. */
import {
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
    lines: [...losses, ...compareJournals(series), ...series.flatMap(describeLimit)],
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

function describeRatio(row: OpenJson, base: OpenJson): string {
  const ratio = (value: number, baseValue: number): string => `${(value / baseValue).toFixed(2)} ×`;
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
        `${nameLoad(load)}, ${journal}: the machine was the limit: the node had something to do ${share(run.node.activeMs)} of the time, and got a processor for ${share(run.node.cpuUs / 1_000)}; what else runs?`,
      ];
    case 'server':
    case 'depth':
    case 'rate':
      return [];
  }
}
