/** The paper's figure, for loads that differ in their number of clients: latency against throughput. */
import { type Curve, drawCurves } from './curve-figure.js';
import { findMedianRun, nameStores, type OpenSeries, toRow } from './open-result.js';

/** A figure for each number of stores, a curve in it for each journal, the first one's apart. */
export function renderSweeps(series: readonly OpenSeries[]): string[] {
  const sweeps = group(series.filter(isClosedLoop), ({ load }) =>
    [load.storesPerRequest, load.depth].join(' × '),
  );
  return sweeps.filter(hasSeveralPoints).map(renderSweep);
}

function isClosedLoop({ load }: OpenSeries): boolean {
  return load.ratePerSec === null;
}

function hasSeveralPoints(sweep: readonly OpenSeries[]): boolean {
  return new Set(sweep.map(({ load }) => load.connections)).size > 1;
}

function renderSweep(sweep: readonly OpenSeries[], index: number): string {
  const { storesPerRequest = 1, depth = 1 } = sweep[0]?.load ?? {};
  const curves = group(sweep, ({ journal }) => journal).map(toCurve);
  const title = `Latency by connections, ${depth} in flight on each, ${nameStores(storesPerRequest)}`;
  const figure = drawCurves({
    id: `sweep-${index + 1}`,
    title,
    xTitle: 'opens per second',
    yTitle: 'latency in ms: p50, the line upwards to p99',
    curves,
  });
  return `<h2>${title}</h2>\n<figure>\n${figure}\n</figure>`;
}

function toCurve(sweep: readonly OpenSeries[], index: number): Curve {
  return {
    name: sweep[0]?.journal ?? '',
    kind: index === 0 ? 'fresh' : 'stale',
    points: sweep.map((each) => {
      const { connections, opensPerSec, latencyMs } = toRow(each, findMedianRun(each));
      return { name: String(connections), x: opensPerSec, y: latencyMs.p50, yHigh: latencyMs.p99 };
    }),
  };
}

/** Those with the same key together, in the order of their first. */
function group<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const members = groups.get(keyOf(value)) ?? [];
    members.push(value);
    groups.set(keyOf(value), members);
  }
  return [...groups.values()];
}
