/** The result as one HTML file. */
import { count, measured, type DemoResult } from './demo-result.js';
import { drawHistogram, toAxisMax } from './histogram.js';
import { escapeHtml, renderHtmlList, renderHtmlPage, renderHtmlTable } from './html-page.js';
import { formatFootnotes, RESULT_COLUMNS, toRows } from './result-table.js';
import { percentile } from './statistics.js';
import { toVerdict } from './verdict.js';

/** `finishedAt` is shown as it is. */
export function renderHtmlReport(result: DemoResult, finishedAt: string): string {
  const { text } = toVerdict(result);
  return renderHtmlPage(
    'Rendezvous demo: stale reads without and with',
    `<h1>Rendezvous demo</h1>
<p class="lead">${escapeHtml(text)}</p>
<p class="soft">A writer function in eu stores a post in ${escapeHtml(result.product)} and publishes a notification. A reader function in us gets the notification and reads the post from a replica, which lags behind by ${result.lagMs} ms. ${result.concurrency} posts at a time. ${escapeHtml(finishedAt)}</p>
<h2>Consistency windows</h2>
<p class="soft"><span class="key" style="background:var(--stale)"></span> the first read returned nothing &nbsp; <span class="key" style="background:var(--fresh)"></span> the first read returned the post</p>
${renderDistributions(result)}
<h2>Numbers</h2>
${renderHtmlTable(RESULT_COLUMNS, toRows(result))}
<h2>How it was measured</h2>
${renderHtmlList(formatFootnotes(result))}`,
  );
}

function renderDistributions({ baseline, rendezvous }: DemoResult): string {
  const phases = [
    {
      id: 'without',
      title: 'Without Rendezvous',
      posts: baseline.posts,
      caption: `Without Rendezvous: ${count(baseline.posts, 'stale')} readers found nothing and had to look again until the post was there.`,
    },
    {
      id: 'with',
      title: 'With Rendezvous',
      posts: rendezvous.posts,
      caption: `With Rendezvous: ${count(rendezvous.posts, 'prevented')} reads waited until the post was there, and then read it.`,
    },
  ];
  const maxMs = toAxisMax(phases.flatMap(({ posts }) => measured(posts, 'windowMs')));
  return phases
    .map(({ id, title, posts, caption }) => {
      const medianMs = percentile(measured(posts, 'windowMs'), 0.5);
      const drawing = drawHistogram({ id, title, posts, maxMs, medianMs });
      return `<figure>\n${drawing}\n<figcaption>${escapeHtml(caption)}</figcaption>\n</figure>`;
    })
    .join('\n');
}
