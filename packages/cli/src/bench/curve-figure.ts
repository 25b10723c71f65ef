/** Throughput against latency, a line of points for each series, as papers draw it. Plain SVG. */
import { escapeHtml } from '../demo/html-page.js';
import { formatTick, type Scale, toScale } from './axis-scale.js';

export interface CurvePoint {
  /** What is written beside the point. */
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Up to where the whisker goes. */
  readonly yHigh: number;
}

export interface Curve {
  readonly name: string;
  /** Curves of one kind have one colour. */
  readonly kind: 'fresh' | 'stale';
  /** In the order in which the line joins them. */
  readonly points: readonly CurvePoint[];
}

export interface CurveFigure {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 720;
const HEIGHT = 340;
const LEFT = 64;
const RIGHT = 40;
const TOP = 28;
const BOTTOM = 44;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
const AXIS_Y = TOP + PLOT_HEIGHT;

/** Both axes start at 0, or are logarithmic where values differ too much for that. */
export function drawCurves({ id, title, xTitle, yTitle, curves }: CurveFigure): string {
  const points = curves.flatMap((curve) => curve.points);
  const xScale = toScale(points.map(({ x }) => x));
  const yScale = toScale(points.flatMap(({ y, yHigh }) => [y, yHigh]));
  const description = curves
    .map((curve) => `${curve.name}: ${curve.points.map(describePoint).join(', ')}.`)
    .join(' ');
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escapeHtml(title)}</title>
<desc id="${id}-desc">${escapeHtml(description)}</desc>
${xScale.ticks.map((tick) => drawXTick(tick, xScale)).join('')}
${yScale.ticks.map((tick) => drawYTick(tick, yScale)).join('')}
<line class="axis" x1="${LEFT}" y1="${AXIS_Y}" x2="${WIDTH - RIGHT}" y2="${AXIS_Y}"/>
<line class="axis" x1="${LEFT}" y1="${TOP}" x2="${LEFT}" y2="${AXIS_Y}"/>
<text x="${LEFT + PLOT_WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(nameAxis(xTitle, xScale))}</text>
<text x="8" y="14">${escapeHtml(nameAxis(yTitle, yScale))}</text>
${curves.map((curve) => drawCurve(curve, xScale, yScale)).join('\n')}
</svg>`;
}

function describePoint({ name, x, y }: CurvePoint): string {
  return `${name} at ${formatTick(x)}, ${formatTick(y)}`;
}

function nameAxis(title: string, { isLogarithmic }: Scale): string {
  return isLogarithmic ? `${title}, logarithmic` : title;
}

function drawXTick(tick: number, scale: Scale): string {
  const x = toX(tick, scale);
  return `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${AXIS_Y}"/><text x="${x}" y="${AXIS_Y + 16}" text-anchor="middle">${formatTick(tick)}</text>`;
}

function drawYTick(tick: number, scale: Scale): string {
  const y = toY(tick, scale);
  return `<line class="grid" x1="${LEFT}" y1="${y}" x2="${WIDTH - RIGHT}" y2="${y}"/><text x="${LEFT - 6}" y="${y}" dy="4" text-anchor="end">${formatTick(tick)}</text>`;
}

function drawCurve({ kind, points }: Curve, xScale: Scale, yScale: Scale): string {
  const places = points.map((point) => ({
    name: point.name,
    x: toX(point.x, xScale),
    y: toY(point.y, yScale),
    yHigh: toY(point.yHigh, yScale),
  }));
  const line = places.map(({ x, y }) => `${x},${y}`).join(' ');
  const marks = places.map(({ name, x, y, yHigh }) =>
    [
      `<line class="whisker" x1="${x}" y1="${y}" x2="${x}" y2="${yHigh}"/>`,
      `<circle class="${kind}" cx="${x}" cy="${y}" r="4"/>`,
      `<text class="halo" x="${x}" y="${y}" dx="7" dy="14">${escapeHtml(name)}</text>`,
    ].join(''),
  );
  return `<polyline points="${line}" style="fill:none;stroke:var(--${kind});stroke-width:2"/>${marks.join('')}`;
}

function toX(value: number, scale: Scale): string {
  return (LEFT + scale.place(value) * PLOT_WIDTH).toFixed(1);
}

function toY(value: number, scale: Scale): string {
  return (AXIS_Y - scale.place(value) * PLOT_HEIGHT).toFixed(1);
}
