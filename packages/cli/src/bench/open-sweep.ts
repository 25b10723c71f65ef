/** The paper's figure, for loads that differ in their number of clients: latency against throughput. */
import { type Curve, drawCurves } from './curve-figure.js';
import { type Group, groupBy } from './group-by.js';
import { findMedianRun, nameStores, type OpenSeries, toRow } from './open-result.js';

/** A figure for each number of stores, a curve in it for each journal, the first one's apart. */
export function renderSweeps(series: readonly OpenSeries[]): string[] {
  const sweeps = groupBy(series.filter(isClosedLoop), ({ load }) =>
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

function renderSweep(sweep: Group<OpenSeries>, index: number): string {
  const { storesPerRequest, depth } = sweep[0].load;
  const curves = groupBy(sweep, ({ journal }) => journal).map(toCurve);
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

function toCurve(sweep: Group<OpenSeries>, index: number): Curve {
  return {
    name: sweep[0].journal,
    kind: index === 0 ? 'fresh' : 'stale',
    points: sweep.map((each) => {
      const { connections, opensPerSec, latencyMs } = toRow(each, findMedianRun(each));
      return { name: String(connections), x: opensPerSec, y: latencyMs.p50, yHigh: latencyMs.p99 };
    }),
  };
}
