/** Bars of one quantity, as a drawing: plain SVG, no script, no font from outside. */
import { escapeHtml } from '../demo/html-page.js';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** The value as it is written beside the bar. */
  readonly text: string;
  /** Bars of one kind have one colour. */
  readonly kind: 'fresh' | 'stale';
}

export interface BarFigure {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LEFT = 260;
const RIGHT = 120;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 16;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;

/** Bars from 0, the longest as wide as the drawing. */
export function drawBars({ id, title, bars }: BarFigure): string {
  const height = bars.length * ROW_HEIGHT;
  const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const description = bars.map(({ name, text }) => `${name}: ${text}.`).join(' ');
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escapeHtml(title)}</title>
<desc id="${id}-desc">${escapeHtml(description)}</desc>
${bars.map((bar, index) => drawBar(bar, index * ROW_HEIGHT, longest)).join('\n')}
<line class="axis" x1="${LEFT}" y1="0" x2="${LEFT}" y2="${height}"/>
</svg>`;
}

function drawBar({ name, value, text, kind }: Bar, top: number, longest: number): string {
  const width = (value / longest) * PLOT_WIDTH;
  const baseline = top + ROW_HEIGHT / 2 + 4;
  return [
    `<text class="name" x="${LEFT - 8}" y="${baseline}" text-anchor="end">${escapeHtml(name)}</text>`,
    `<rect class="${kind}" x="${LEFT}" y="${top + (ROW_HEIGHT - BAR_HEIGHT) / 2}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}"/>`,
    `<text class="halo" x="${(LEFT + width + 6).toFixed(1)}" y="${baseline}">${escapeHtml(text)}</text>`,
  ].join('');
}
