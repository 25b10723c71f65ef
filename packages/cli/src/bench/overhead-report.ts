/** The result of `bench overhead` as one HTML file. */
import { escapeHtml, renderHtmlList, renderHtmlPage, renderHtmlTable } from '../demo/html-page.js';
import { formatMs } from '../demo/result-table.js';
import { drawBars, type Bar } from './bar-figure.js';
import { toOverheadJson, type OverheadJson, type OverheadResult } from './overhead-result.js';
import {
  formatOverheadNotes,
  MEASURE_NAMES,
  OVERHEAD_COLUMNS,
  toOverheadCells,
} from './overhead-table.js';

/** `finishedAt` is shown as it is. */
export function renderOverheadReport(result: OverheadResult, finishedAt: string): string {
  const rows = toOverheadJson(result.samples);
  const distances = [...new Set(rows.map(({ rttMs }) => rttMs))];
  return renderHtmlPage(
    'Rendezvous: overhead',
    `<h1>What a wrapped client costs</h1>
<p class="soft">One operation at a time, through a datastore's bare client and through the same client wrapped, by turns. ${escapeHtml(finishedAt)}</p>
<p class="soft"><span class="key" style="background:var(--stale)"></span> bare &nbsp; <span class="key" style="background:var(--fresh)"></span> wrapped (for a control: the second bare client). Bars are p50; the ratio is written out.</p>
${distances.map((rttMs) => renderDistance(rttMs, rows)).join('\n')}
<h2>Every comparison</h2>
<div class="wide">
${renderHtmlTable(OVERHEAD_COLUMNS, rows.map(toOverheadCells))}
</div>
<h2>How it was measured</h2>
${renderHtmlList(formatOverheadNotes(result))}`,
  );
}

function renderDistance(rttMs: number, rows: readonly OverheadJson[]): string {
  const title = `Latency with a round trip of ${rttMs} ms, p50`;
  const bars = rows.filter((row) => row.rttMs === rttMs).flatMap(toBars);
  return `<h2>${title}</h2>\n<figure>\n${drawBars({ id: `rtt-${rttMs}`, title, bars })}\n</figure>`;
}

function toBars({ store, measure, bareMs, wrappedMs, ratio }: OverheadJson): Bar[] {
  const times = ratio.p50 === null ? '' : `, ${ratio.p50.toFixed(3)} ×`;
  return [
    {
      name: `${store}: ${MEASURE_NAMES[measure]}`,
      value: bareMs.p50 ?? 0,
      text: formatMs(bareMs.p50),
      kind: 'stale',
    },
    {
      name: '',
      value: wrappedMs.p50 ?? 0,
      text: `${formatMs(wrappedMs.p50)}${times}`,
      kind: 'fresh',
    },
  ];
}
