/**
 * Metrics as text, in the two formats that scrapers ask for: Prometheus' own (0.0.4) and OpenMetrics
 * (1.0.0). Why not by a library: docs/decisions/0007-metrics-without-a-library.md.
 */
import type { Histogram } from './instruments.js';

export type MetricsFormat = 'prometheus' | 'openmetrics';

export interface MetricDefinition {
  /** A counter's ends in `_total`, as both formats want it. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** What is counted, in one sentence without quotes, backslashes and line breaks: it is not escaped. */
  readonly help: string;
}

/** `labels` are the values, in the order of the definition. */
export interface Sample {
  readonly labels: readonly string[];
  readonly value: number | Histogram;
}

/** One metric with everything there is to say of it now. */
export interface Family {
  readonly definition: MetricDefinition;
  readonly samples: readonly Sample[];
}

const CONTENT_TYPES: Readonly<Record<MetricsFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

export function contentTypeOf(format: MetricsFormat): string {
  return CONTENT_TYPES[format];
}

/** Pure: the text of a scrape. */
export function formatFamilies(families: readonly Family[], format: MetricsFormat): string {
  const lines = families.flatMap((family) => formatFamily(family, format));
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function formatFamily({ definition, samples }: Family, format: MetricsFormat): string[] {
  const { name, type, labels, help } = definition;
  // OpenMetrics names the counter itself without the suffix of its samples.
  const family = format === 'openmetrics' ? name.replace(/_total$/, '') : name;
  return [
    `# HELP ${family} ${help}`,
    `# TYPE ${family} ${type}`,
    ...samples.flatMap(({ labels: values, value }) => {
      const pairs = labels.map((label, index) => `${label}="${escapeValue(values[index] ?? '')}"`);
      return typeof value === 'number'
        ? [formatLine(name, pairs, value)]
        : formatHistogram(name, pairs, value);
    }),
  ];
}

function formatHistogram(name: string, pairs: readonly string[], histogram: Histogram): string[] {
  const { bounds, counts, sum } = histogram;
  let count = 0;
  const buckets = [...bounds, Infinity].map((bound, index) => {
    count += counts[index] ?? 0;
    return formatLine(`${name}_bucket`, [...pairs, `le="${formatBound(bound)}"`], count);
  });
  return [
    ...buckets,
    formatLine(`${name}_sum`, pairs, sum),
    formatLine(`${name}_count`, pairs, count),
  ];
}

function formatLine(name: string, pairs: readonly string[], value: number): string {
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${String(value)}`;
}

/** OpenMetrics wants `1.0` for 1, so that one bucket has one name everywhere. */
function formatBound(bound: number): string {
  if (bound === Infinity) return '+Inf';
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}

function escapeValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
