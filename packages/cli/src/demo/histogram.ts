/** A distribution of consistency windows as a drawing: plain SVG, no script, no font from outside. */
import type { PostOutcome } from './demo-result.js';

export interface HistogramOptions {
  readonly id: string;
  readonly title: string;
  readonly posts: readonly PostOutcome[];
  /** The right end of the axis, so that two drawings can be compared. */
  readonly maxMs: number;
  /** The median, drawn as a line; undefined: none. */
  readonly medianMs: number | undefined;
}

interface Bin {
  readonly fresh: number;
  readonly stale: number;
}

const BIN_COUNT = 60;
const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 48;
const RIGHT = 16;
const TOP = 16;
const BOTTOM = 40;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;

/** Counts windows per equal part of 0 to `maxMs`; whatever is beyond counts in the last. */
export function toBins(posts: readonly PostOutcome[], maxMs: number, binCount: number): Bin[] {
  const bins = Array.from({ length: binCount }, () => ({ fresh: 0, stale: 0 }));
  for (const { windowMs, stale } of posts) {
    if (windowMs === undefined) continue;
    const index = Math.floor((windowMs / maxMs) * binCount);
    const bin = bins[Math.min(Math.max(index, 0), binCount - 1)];
    if (bin !== undefined) bin[stale ? 'stale' : 'fresh'] += 1;
  }
  return bins;
}

/** The right end of an axis that shows every window: the next round number. */
export function toAxisMax(windowsMs: readonly number[]): number {
  const longest = windowsMs.reduce((max, value) => Math.max(max, value), 1);
  const step = 10 ** Math.floor(Math.log10(longest)) / 2;
  return Math.ceil(longest / step) * step;
}

export function drawHistogram(options: HistogramOptions): string {
  const { id, title, posts, maxMs, medianMs } = options;
  const bins = toBins(posts, maxMs, BIN_COUNT);
  const tallest = Math.max(1, ...bins.map(({ fresh, stale }) => fresh + stale));
  const stale = posts.filter((post) => post.stale).length;
  const median = medianMs === undefined ? 'none' : `${medianMs.toFixed(1)} ms`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">Histogram of ${posts.length} consistency windows from 0 to ${maxMs} ms. Median ${median}. The first read of ${stale} posts was stale.</desc>
${drawAxis(maxMs, tallest)}
${bins.map((bin, index) => drawBar(bin, index, tallest)).join('')}
${medianMs === undefined ? '' : drawMedian(medianMs, maxMs)}
</svg>`;
}

function drawBar({ fresh, stale }: Bin, index: number, tallest: number): string {
  const width = PLOT_WIDTH / BIN_COUNT;
  const staleHeight = (stale / tallest) * PLOT_HEIGHT;
  const freshHeight = (fresh / tallest) * PLOT_HEIGHT;
  return (
    drawPart('stale', index * width, staleHeight, 0) +
    drawPart('fresh', index * width, freshHeight, staleHeight)
  );
}

/** A part of a bar, `below` the height of what stands under it. */
function drawPart(name: 'stale' | 'fresh', left: number, height: number, below: number): string {
  if (height === 0) return '';
  const y = TOP + PLOT_HEIGHT - below - height;
  const width = PLOT_WIDTH / BIN_COUNT - 1;
  return `<rect class="${name}" x="${(LEFT + left).toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"/>`;
}

function drawAxis(maxMs: number, tallest: number): string {
  const bottom = TOP + PLOT_HEIGHT;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const x = (LEFT + part * PLOT_WIDTH).toFixed(1);
    return `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${bottom}"/><text x="${x}" y="${bottom + 16}" text-anchor="middle">${formatTick(part * maxMs)}</text>`;
  });
  return `${ticks.join('')}<line class="axis" x1="${LEFT}" y1="${bottom}" x2="${LEFT + PLOT_WIDTH}" y2="${bottom}"/>
<text x="${LEFT - 6}" y="${TOP + 10}" text-anchor="end">${tallest}</text><text x="${LEFT - 6}" y="${bottom}" text-anchor="end">0</text>
<text x="${LEFT + PLOT_WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle">window in ms</text>`;
}

function formatTick(ms: number): string {
  return Number.isInteger(ms) ? String(ms) : ms.toFixed(ms < 10 ? 2 : 1);
}

function drawMedian(medianMs: number, maxMs: number): string {
  const x = LEFT + Math.min(1, medianMs / maxMs) * PLOT_WIDTH;
  const anchor = x > LEFT + PLOT_WIDTH / 2 ? 'end' : 'start';
  const textX = anchor === 'end' ? x - 5 : x + 5;
  return `<line class="median" x1="${x.toFixed(1)}" y1="${TOP}" x2="${x.toFixed(1)}" y2="${TOP + PLOT_HEIGHT}"/><text class="halo" x="${textX.toFixed(1)}" y="${TOP + 10}" text-anchor="${anchor}">median ${medianMs.toFixed(1)} ms</text>`;
}
