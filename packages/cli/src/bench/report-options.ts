/** Where the result of a benchmark goes, the same for those that write a `BenchReport`. */
import type { Io } from '../command.js';
import { describeMachine } from '../demo/machine.js';
import type { Progress } from '../demo/progress.js';
import { findReportFile } from '../demo/report-file.js';
import { runMeasurement } from '../demo/run-measurement.js';
import type { OptionsTable } from '../option.js';
import { deliver, type BenchReport } from './bench-report.js';

export interface ReportOptions {
  readonly html: string | undefined;
  readonly json: boolean;
}

/** `defaultFile`: where the page goes when nobody said. */
export function reportOptions(defaultFile: string): OptionsTable<ReportOptions> {
  return {
    html: {
      type: 'text',
      placeholder: 'FILE',
      description: `Where the report goes, with the numbers beside it as .json; without --json the default is ${defaultFile}`,
    },
    json: {
      type: 'flag',
      description: 'Print an array of rows as one line on stdout, everything else on stderr',
    },
  };
}

/** Measures, and delivers the report as the options say. Resolves with the exit code. */
export async function runReported(
  command: { readonly name: string; readonly defaultFile: string },
  { html, json }: ReportOptions,
  io: Io,
  measure: (progress: Progress) => Promise<BenchReport>,
): Promise<number> {
  const { name, defaultFile } = command;
  const file = await findReportFile({ command: name, html, json, defaultFile }, io);
  const console = json ? io.stderr : io.stdout;
  return runMeasurement(io, console, measure, async (report) => {
    const finishedAt = new Date().toUTCString();
    await deliver(report, { file, json, machine: describeMachine(), finishedAt }, io, console);
    return 0;
  });
}
