import { writeFile } from 'node:fs/promises';
import { RendezvousError } from '@rendezvous/protocol';
import type { Command, Io } from '../command.js';
import { MEASUREMENT_OPTIONS } from '../shared-options.js';
import { toDemoJson } from '../demo/demo-result.js';
import { renderHtmlReport } from '../demo/html-report.js';
import { findReportFile } from '../demo/report-file.js';
import { formatFootnotes, formatResultTable } from '../demo/result-table.js';
import { MEASUREMENT_EXIT_CODES, runMeasurement } from '../demo/run-measurement.js';
import { runDemo } from '../demo/run-demo.js';
import type { DemoStoreName } from '../demo/stores/load-demo-store.js';
import { toVerdict } from '../demo/verdict.js';

const DEFAULT_REPORT = 'rendezvous-demo.html';

export interface DemoCommandOptions {
  readonly runtime: 'process' | 'lambda';
  readonly store: DemoStoreName;
  readonly posts: number;
  readonly lag: number;
  readonly concurrency: number;
  readonly html: string | undefined;
  readonly json: boolean;
}

export const command: Command<DemoCommandOptions> = {
  name: 'demo',
  description: 'Show stale reads without Rendezvous, and none with it, on a replicated store',
  usage: 'demo [options]',
  examples: [
    { line: 'rendezvous demo', explanation: '1,000 posts, 200 ms of replication lag, a report' },
    { line: 'rendezvous demo --store redis', explanation: 'The same on Redis' },
    {
      line: 'rendezvous demo --runtime lambda --posts 100',
      explanation: 'The functions on a local AWS Lambda, SNS and SQS between them',
    },
    {
      line: 'rendezvous demo --posts 200 --lag 100 --json',
      explanation: 'For scripts: one line of JSON last, progress on stderr',
    },
  ],
  exitCodes: MEASUREMENT_EXIT_CODES,
  options: {
    runtime: {
      type: 'choice',
      choices: ['process', 'lambda'],
      default: 'process',
      description: 'What runs the functions; lambda runs on postgres, at most 6 posts at a time',
    },
    store: {
      type: 'choice',
      choices: ['postgres', 'redis', 'mariadb', 'mysql', 'dynamodb', 's3'],
      default: 'postgres',
      description: 'Datastore to run on',
    },
    posts: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 1_000_000,
      default: 1_000,
      description: 'Posts to write and read, per phase',
    },
    lag: MEASUREMENT_OPTIONS.lag,
    concurrency: MEASUREMENT_OPTIONS.concurrency,
    html: {
      type: 'text',
      placeholder: 'FILE',
      description: `Where the report goes; without it ${DEFAULT_REPORT}, or with --json nowhere`,
    },
    json: {
      type: 'flag',
      description: 'Print the result as one line of JSON on stdout, everything else on stderr',
    },
  },
};

/** Resolves with the exit code. Whatever the demo started is gone by then, also after Ctrl-C. */
export async function run(options: DemoCommandOptions, io: Io): Promise<number> {
  const reportFile = await findReportFile(
    { ...options, command: 'demo', defaultFile: DEFAULT_REPORT },
    io,
  );
  const console = options.json ? io.stderr : io.stdout;
  const { store, posts, lag: lagMs, concurrency, runtime } = options;
  if (runtime === 'lambda' && store !== 'postgres') {
    throw new RendezvousError('config_invalid', `--runtime lambda has no --store ${store} yet`);
  }
  return runMeasurement(
    io,
    console,
    async (progress) => {
      const common = { posts, lagMs, concurrency, progress, signal: io.signal };
      if (runtime === 'process') return runDemo({ ...common, store });
      // Only where it is asked for: it needs more packages than the rest.
      const { runLambdaDemo } = await import('../demo/lambda/run-lambda-demo.js');
      return runLambdaDemo(common);
    },
    async (result) => {
      const { exitCode, text } = toVerdict(result);
      console.write(`\n${formatResultTable(result)}\n${formatFootnotes(result)}\n\n${text}\n`);
      if (reportFile !== undefined) {
        await writeFile(reportFile, renderHtmlReport(result, new Date().toUTCString()));
        console.write(`Report: ${reportFile}\n`);
      }
      if (options.json) io.stdout.write(`${JSON.stringify(toDemoJson(result))}\n`);
      return exitCode;
    },
  );
}
