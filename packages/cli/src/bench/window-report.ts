/** The benchmark's result as one HTML file, with the paper's figure. */
import { toDemoJson } from '../demo/demo-result.js';
import { escapeHtml, renderHtmlList, renderHtmlPage, renderHtmlTable } from '../demo/html-page.js';
import { drawWindowFigure } from './window-figure.js';
import { findMedianRun, nameOf, toWindowVerdict, type StoreRuns } from './window-result.js';
import {
  APPROACH_COLUMNS,
  formatWindowNotes,
  toApproachRows,
  toCells,
  WINDOW_COLUMNS,
} from './window-table.js';

/** `finishedAt` is shown as it is. */
export function renderWindowReport(stores: readonly StoreRuns[], finishedAt: string): string {
  const figure = drawWindowFigure(
    stores.map((each) => {
      const { replicationLagMs, baseline, rendezvous } = toDemoJson(findMedianRun(each));
      return {
        name: figureName(each, stores),
        lagMs: replicationLagMs,
        without: baseline.windowMs,
        withIt: rendezvous.windowMs,
      };
    }),
  );
  const lines = toWindowVerdict(stores).lines.map(
    (line) => `<p class="lead">${escapeHtml(line)}</p>`,
  );
  return renderHtmlPage(
    'Rendezvous: consistency windows',
    `<h1>Consistency window per store</h1>
${lines.join('\n')}
<p class="soft">A writer function in eu stores a post and publishes a notification. A reader function in us gets the notification and reads the post from a replica. ${escapeHtml(finishedAt)}</p>
<figure>
${figure}
<figcaption><span class="key" style="background:var(--stale)"></span> without Rendezvous: the reader has to look again and again &nbsp; <span class="key" style="background:var(--fresh)"></span> with Rendezvous: the first read waits. Bars end at p50, whiskers at p99, and both are written out; the dashed line is the replication lag itself (p50).</figcaption>
</figure>
<h2>What else a reader can do</h2>
<div class="wide">
${renderHtmlTable(APPROACH_COLUMNS, toApproachRows(stores))}
</div>
<h2>Every run</h2>
<div class="wide">
${renderHtmlTable(
  WINDOW_COLUMNS,
  stores.flatMap((each) => toRunRows(each, nameOf(each, stores))),
)}
</div>
<h2>How it was measured</h2>
${renderHtmlList(formatWindowNotes(stores))}`,
  );
}

function toRunRows({ runs }: StoreRuns, name: string): (readonly string[])[] {
  return runs.map((run, index) =>
    toCells(runs.length === 1 ? name : `${name}, run ${index + 1}`, run),
  );
}

function figureName(each: StoreRuns, stores: readonly StoreRuns[]): string {
  const { product } = findMedianRun(each);
  return nameOf(each, stores) === each.store ? product : `${product} ${each.lagMs}`;
}
