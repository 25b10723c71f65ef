/** The result of `bench open` as one HTML file. */
import { escapeHtml, renderHtmlList, renderHtmlPage, renderHtmlTable } from '../demo/html-page.js';
import { drawBars } from './bar-figure.js';
import { renderSweeps } from './open-sweep.js';
import {
  cpuUsPerBranchOf,
  findMedianRun,
  hasMeaningfulRss,
  nameLoad,
  type OpenJson,
  type OpenSeries,
  toRow,
} from './open-result.js';
import { formatOpenNotes, OPEN_COLUMNS, toOpenCells, type OpenSetting } from './open-table.js';
import { findBase, toOpenVerdict } from './open-verdict.js';

interface Chart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly valueOf: (row: OpenJson) => number;
}

/** Of loads with several stores in a request. */
const BRANCH_CHARTS: readonly Chart[] = [
  { id: 'branches', title: 'Branches per second', unit: '', valueOf: (row) => row.branchesPerSec },
  {
    id: 'branch-cpu',
    title: "CPU time of the node's process per branch",
    unit: ' µs',
    valueOf: cpuUsPerBranchOf,
  },
];

const CHARTS: readonly Chart[] = [
  { id: 'opens', title: 'Opens per second', unit: '', valueOf: (row) => row.opensPerSec },
  { id: 'p50', title: 'Latency, p50', unit: ' ms', valueOf: (row) => row.latencyMs.p50 },
  { id: 'p99', title: 'Latency, p99', unit: ' ms', valueOf: (row) => row.latencyMs.p99 },
  { id: 'p999', title: 'Latency, p99.9', unit: ' ms', valueOf: (row) => row.latencyMs.p999 },
  {
    id: 'cpu',
    title: "CPU time of the node's process per open",
    unit: ' µs',
    valueOf: (row) => row.serverCpuUsPerOpen,
  },
];

const RSS_CHART: Chart = {
  id: 'rss',
  title: "Memory of the node's process per open branch",
  unit: ' B',
  valueOf: (row) => row.rssBytesPerOpenBranch,
};

/** `finishedAt` is shown as it is. */
export function renderOpenReport(
  series: readonly OpenSeries[],
  setting: OpenSetting,
  finishedAt: string,
): string {
  const lines = toOpenVerdict(series).lines.map(
    (line) => `<p class="lead">${escapeHtml(line)}</p>`,
  );
  return renderHtmlPage(
    'Rendezvous: opens',
    `<h1>What an open costs</h1>
${lines.join('\n')}
<p class="soft">Load generators open branches at one node in eu, over loopback. ${escapeHtml(finishedAt)}</p>
<p class="soft"><span class="key" style="background:var(--fresh)"></span> the first journal &nbsp; <span class="key" style="background:var(--stale)"></span> the others</p>
${[...renderSweeps(series), ...toCharts(series)].join('\n')}
<h2>Every run</h2>
<div class="wide">
${renderHtmlTable(OPEN_COLUMNS, series.flatMap(toRunRows))}
</div>
<h2>How it was measured</h2>
${renderHtmlList(formatOpenNotes(setting))}`,
  );
}

function toCharts(series: readonly OpenSeries[]): string[] {
  const hasSeveralStores = series.some(({ load }) => load.storesPerRequest > 1);
  const charts = [...CHARTS, ...(hasSeveralStores ? BRANCH_CHARTS : [])];
  const large = series.filter((each) => hasMeaningfulRss(each, findMedianRun(each)));
  return [
    ...charts.map((chart) => renderChart(chart, series)),
    ...(large.length > 0 ? [renderChart(RSS_CHART, large)] : []),
  ];
}

function renderChart({ id, title, unit, valueOf }: Chart, series: readonly OpenSeries[]): string {
  const bars = series.map((each) => {
    const value = valueOf(toRow(each, findMedianRun(each)));
    return {
      name: `${nameLoad(each.load)}, ${each.journal}`,
      value,
      text: `${value.toLocaleString('en-US')}${unit}`,
      kind: findBase(each, series) === each ? ('fresh' as const) : ('stale' as const),
    };
  });
  return `<h2>${title}</h2>\n<figure>\n${drawBars({ id, title, bars })}\n</figure>`;
}

function toRunRows(each: OpenSeries): (readonly string[])[] {
  const name = nameLoad(each.load);
  return each.runs.map((run, index) =>
    toOpenCells(each.runs.length === 1 ? name : `${name}, run ${index + 1}`, each, run),
  );
}
