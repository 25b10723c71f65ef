/** The result as one HTML file that needs nothing else: no script, no font, no image from outside. */
import { count, measured, type DemoResult } from './demo-result.js';
import { drawHistogram, toAxisMax } from './histogram.js';
import { formatFootnotes, toRows } from './result-table.js';
import { percentile } from './statistics.js';
import { toVerdict } from './verdict.js';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --paper: #ffffff; --soft: #5b6675; --line: #d5dbe3; --fresh: #2f6fbb; --stale: #c2452d; --median: #1c2430; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --paper: #12161c; --soft: #9aa6b5; --line: #323b47; --fresh: #6aa5ee; --stale: #ee7d66; --median: #e6eaf0; } }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 46rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .4rem; }
p { margin: .4rem 0; }
.lead { font-size: 1.15rem; }
.soft, figcaption, li { color: var(--soft); }
figure { margin: 1rem 0; }
svg { display: block; width: 100%; height: auto; font: 11px system-ui, sans-serif; }
svg text { fill: var(--soft); }
svg .fresh { fill: var(--fresh); } svg .stale { fill: var(--stale); }
svg .grid { stroke: var(--line); } svg .axis { stroke: var(--soft); }
svg .median { stroke: var(--median); stroke-dasharray: 4 3; }
svg .halo { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; vertical-align: -.05em; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 600; }
`;

/** `finishedAt` is shown as it is. */
export function renderHtmlReport(result: DemoResult, finishedAt: string): string {
  const { text } = toVerdict(result);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rendezvous demo: stale reads without and with</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Rendezvous demo</h1>
<p class="lead">${escapeHtml(text)}</p>
<p class="soft">A writer function in eu stores a post in ${escapeHtml(result.product)} and publishes a notification. A reader function in us gets the notification and reads the post from a replica, which lags behind by ${result.lagMs} ms. ${result.concurrency} posts at a time. ${escapeHtml(finishedAt)}</p>
<h2>Consistency windows</h2>
<p class="soft"><span class="key" style="background:var(--stale)"></span> the first read returned nothing &nbsp; <span class="key" style="background:var(--fresh)"></span> the first read returned the post</p>
${renderDistributions(result)}
<h2>Numbers</h2>
${renderTable(result)}
<h2>How it was measured</h2>
<ul>
${formatFootnotes(result)
  .split('\n')
  .map((line) => `<li>${escapeHtml(line)}</li>`)
  .join('\n')}
</ul>
</main>
</body>
</html>
`;
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

function renderTable(result: DemoResult): string {
  const rows = toRows(result).map(
    ([label, without, withIt]) =>
      `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(without)}</td><td>${escapeHtml(withIt)}</td></tr>`,
  );
  return `<table>
<thead><tr><th scope="col"></th><th scope="col">without</th><th scope="col">with Rendezvous</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
