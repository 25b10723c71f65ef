/** The paper's figure: the consistency window of each store, without Rendezvous and with it. Plain SVG. */
import { formatMs, formatSummary } from '../demo/result-table.js';
import type { Summary } from '../demo/statistics.js';
import { formatTick, type Scale, toScale } from './axis-scale.js';

export interface FigureStore {
  readonly name: string;
  readonly lagMs: Summary;
  readonly without: Summary;
  readonly withIt: Summary;
}

const WIDTH = 720;
const LEFT = 128;
const RIGHT = 132;
const TOP = 12;
const BOTTOM = 44;
const GROUP_HEIGHT = 84;
const BAR_HEIGHT = 22;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;

/** A bar for each p50, a whisker up to its p99, and a line where replication itself was. */
export function drawWindowFigure(stores: readonly FigureStore[]): string {
  const height = TOP + stores.length * GROUP_HEIGHT + BOTTOM;
  const shown = stores.flatMap(({ without, withIt }) => [without, withIt]);
  const scale = toScale(shown.flatMap(({ p50, p99 }) => [p50 ?? 0, p99 ?? 0]));
  const description = stores
    .map(
      ({ name, without, withIt }) =>
        `${name}: p50 ${formatMs(without.p50)} without, ${formatMs(withIt.p50)} with Rendezvous.`,
    )
    .join(' ');
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="figure-title figure-desc">
<title id="figure-title">Consistency window per store</title>
<desc id="figure-desc">${description}</desc>
${drawAxis(scale, height)}
${stores.map((store, index) => drawStore(store, TOP + index * GROUP_HEIGHT, scale)).join('\n')}
</svg>`;
}

function drawStore(
  { name, lagMs, without, withIt }: FigureStore,
  top: number,
  scale: Scale,
): string {
  const middle = top + GROUP_HEIGHT / 2;
  const bars = [
    drawBar('stale', without, middle - BAR_HEIGHT - 2, scale),
    drawBar('fresh', withIt, middle + 2, scale),
  ];
  return `<text class="name" x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${name}</text>${bars.join('')}${drawLag(lagMs, middle, scale)}`;
}

function drawBar(
  className: 'stale' | 'fresh',
  { p50, p99 }: Summary,
  y: number,
  scale: Scale,
): string {
  if (p50 === null) return `<text x="${LEFT + 6}" y="${y + 15}">none</text>`;
  const end = toX(p50, scale);
  const whiskerEnd = toX(p99 ?? p50, scale);
  const middle = y + BAR_HEIGHT / 2;
  return [
    `<rect class="${className}" x="${LEFT}" y="${y}" width="${fixed(end - LEFT)}" height="${BAR_HEIGHT}"/>`,
    `<line class="whisker" x1="${fixed(end)}" y1="${middle}" x2="${fixed(whiskerEnd)}" y2="${middle}"/>`,
    `<line class="whisker" x1="${fixed(whiskerEnd)}" y1="${y + 5}" x2="${fixed(whiskerEnd)}" y2="${y + BAR_HEIGHT - 5}"/>`,
    `<text class="halo" x="${fixed(whiskerEnd + 6)}" y="${middle + 4}">${formatSummary({ p50, p99 })}</text>`,
  ].join('');
}

function drawLag({ p50 }: Summary, middle: number, scale: Scale): string {
  if (p50 === null) return '';
  const x = fixed(toX(p50, scale));
  const reach = BAR_HEIGHT + 8;
  return `<line class="median" x1="${x}" y1="${middle - reach}" x2="${x}" y2="${middle + reach}"/>`;
}

function drawAxis(scale: Scale, height: number): string {
  const bottom = height - BOTTOM;
  const ticks = scale.ticks.map((ms) => {
    const x = fixed(toX(ms, scale));
    return `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${bottom}"/><text x="${x}" y="${bottom + 16}" text-anchor="middle">${formatTick(ms)}</text>`;
  });
  const unit = scale.isLogarithmic ? 'window in ms, logarithmic' : 'window in ms';
  return `${ticks.join('')}<line class="axis" x1="${LEFT}" y1="${bottom}" x2="${LEFT + PLOT_WIDTH}" y2="${bottom}"/>
<text x="${LEFT + PLOT_WIDTH / 2}" y="${height - 6}" text-anchor="middle">${unit}</text>`;
}

function toX(ms: number, scale: Scale): number {
  return LEFT + scale.place(ms) * PLOT_WIDTH;
}

function fixed(value: number): string {
  return value.toFixed(1);
}
