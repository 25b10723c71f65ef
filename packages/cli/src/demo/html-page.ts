/** An HTML file that needs nothing else: no script, no font, no image from outside. Light and dark. */

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
svg .grid { stroke: var(--line); } svg .axis, svg .whisker { stroke: var(--soft); }
svg .median { stroke: var(--median); stroke-dasharray: 4 3; }
svg .name { fill: var(--ink); font-weight: 600; }
svg .halo { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; vertical-align: -.05em; }
.wide { overflow-x: auto; font-size: .8rem; } .wide td { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 600; }
`;

/** `title` is text, `body` HTML. */
export function renderHtmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** The first cell of each row heads it. All cells are text. */
export function renderHtmlTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const heads = header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`);
  const lines = rows.map(([first = '', ...cells]) => {
    const values = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`);
    return `<tr><th scope="row">${escapeHtml(first)}</th>${values.join('')}</tr>`;
  });
  return `<table>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table>`;
}

/** Each line of `text` as an item. */
export function renderHtmlList(text: string): string {
  const items = text.split('\n').map((line) => `<li>${escapeHtml(line)}</li>`);
  return `<ul>\n${items.join('\n')}\n</ul>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
