/** What a benchmark found out, for a terminal, for a page and for scripts. */
import { writeFile } from 'node:fs/promises';
import type { Io, TextSink } from '../command.js';
import { escapeHtml, renderHtmlList, renderHtmlPage, renderHtmlTable } from '../demo/html-page.js';
import { formatMachine, type Machine } from '../demo/machine.js';
import { formatTextTable } from '../demo/text-table.js';
import { type BarFigure, drawBars } from './bar-figure.js';
import { type CurveFigure, drawCurves } from './curve-figure.js';

export interface BenchReport {
  /** Of the page: what was measured. */
  readonly title: string;
  /** What a person should take from it, a sentence each. */
  readonly lines: readonly string[];
  readonly charts: readonly BarFigure[];
  /** After the charts. Default: none. */
  readonly curves?: readonly CurveFigure[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How it was measured, a sentence or two each. */
  readonly notes: readonly string[];
  /** For scripts: what `--json` prints. */
  readonly json: readonly unknown[];
}

export interface Delivery {
  /** Undefined: nobody wants a page. */
  readonly file: string | undefined;
  readonly json: boolean;
  readonly machine: Machine;
  /** Shown as it is. */
  readonly finishedAt: string;
}

/** Prints the report and writes its page, with the numbers beside it as .json. */
export async function deliver(
  report: BenchReport,
  { file, json, machine, finishedAt }: Delivery,
  io: Io,
  console: TextSink,
): Promise<void> {
  const notes = [...report.notes, `Machine: ${formatMachine(machine)}.`];
  const table = formatTextTable(report.columns, report.rows);
  console.write(`\n${[table, '', ...notes, '', ...report.lines].join('\n')}\n`);
  if (file !== undefined) {
    await writeFile(file, renderBenchPage({ ...report, notes }, finishedAt));
    const numbers = `${JSON.stringify(report.json, undefined, 2)}\n`;
    await writeFile(`${file.replace(/\.html?$/i, '')}.json`, numbers);
    console.write(`Report: ${file}\n`);
  }
  if (json) io.stdout.write(`${JSON.stringify(report.json)}\n`);
}

export function renderBenchPage(report: BenchReport, finishedAt: string): string {
  const lines = report.lines.map((line) => `<p class="lead">${escapeHtml(line)}</p>`);
  const charts = report.charts.map(
    (chart) => `<h2>${escapeHtml(chart.title)}</h2>\n<figure>\n${drawBars(chart)}\n</figure>`,
  );
  const curves = (report.curves ?? []).map(
    (figure) => `<h2>${escapeHtml(figure.title)}</h2>\n<figure>\n${drawCurves(figure)}\n</figure>`,
  );
  return renderHtmlPage(
    `Rendezvous: ${report.title}`,
    `<h1>${escapeHtml(report.title)}</h1>
${lines.join('\n')}
<p class="soft">${escapeHtml(finishedAt)}</p>
${[...charts, ...curves].join('\n')}
<h2>All figures</h2>
<div class="wide">
${renderHtmlTable(report.columns, report.rows)}
</div>
<h2>How it was measured</h2>
${renderHtmlList(report.notes.join('\n'))}`,
  );
}
