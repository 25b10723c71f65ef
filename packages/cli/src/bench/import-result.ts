/** What `bench import` says: a table for people, one object for scripts. */
import { formatSummary } from '../demo/result-table.js';
import { percentile, summarize, type Summary } from '../demo/statistics.js';
import { formatTextTable } from '../demo/text-table.js';
import type { HandlerImports, ImportRun } from './run-import.js';

interface HandlerJson {
  readonly bundleBytes: number;
  readonly importMs: Summary;
}

export interface ImportJson {
  readonly runs: number;
  readonly empty: HandlerJson;
  readonly client: HandlerJson;
  /** The client's percentiles less those of the empty handler, which can be negative by chance. */
  readonly differenceMs: Summary;
}

export function toImportJson({ empty, client }: ImportRun): ImportJson {
  return {
    runs: empty.importMs.length,
    empty: toHandlerJson(empty),
    client: toHandlerJson(client),
    differenceMs: {
      p50: subtract(client, empty, 0.5),
      p99: subtract(client, empty, 0.99),
    },
  };
}

export function formatImportTable(run: ImportRun): string {
  const { empty, client, differenceMs } = toImportJson(run);
  const rows = [
    ['empty', formatBytes(empty.bundleBytes), formatSummary(empty.importMs)],
    ['with a client', formatBytes(client.bundleBytes), formatSummary(client.importMs)],
    [
      'difference',
      formatBytes(client.bundleBytes - empty.bundleBytes),
      formatSummary(differenceMs),
    ],
  ];
  return `${formatTextTable(['handler', 'bundle', 'import'], rows)}\n`;
}

function toHandlerJson({ bundleBytes, importMs }: HandlerImports): HandlerJson {
  return { bundleBytes, importMs: summarize(importMs) };
}

function subtract(a: HandlerImports, b: HandlerImports, rank: number): number | null {
  const minuend = percentile(a.importMs, rank);
  const subtrahend = percentile(b.importMs, rank);
  if (minuend === undefined || subtrahend === undefined) return null;
  return Math.round((minuend - subtrahend) * 100) / 100;
}

function formatBytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
