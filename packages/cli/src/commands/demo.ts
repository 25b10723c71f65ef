import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';
import type { Command, Io } from '../command.js';
import { toDemoJson } from '../demo/demo-result.js';
import { renderHtmlReport } from '../demo/html-report.js';
import { createProgress } from '../demo/progress.js';
import { formatFootnotes, formatResultTable } from '../demo/result-table.js';
import { runDemo } from '../demo/run-demo.js';
import type { DemoStoreName } from '../demo/stores/load-demo-store.js';
import { toVerdict } from '../demo/verdict.js';

const PROVED_NOTHING = 3;
/** As a shell reports a program that SIGINT ended. */
const INTERRUPTED = 130;
const DEFAULT_REPORT = 'rendezvous-demo.html';

export interface DemoCommandOptions {
  readonly store: DemoStoreName;
  readonly posts: number;
  readonly lag: number;
  readonly concurrency: number;
  readonly html: string | undefined;
  readonly json: boolean;
}

export const command: Command<DemoCommandOptions> = {
  name: 'demo',
  description: 'Show stale reads without Rendezvous, and none with it, on a real replicated store',
  usage: 'demo [options]',
  examples: [
    { line: 'rendezvous demo', explanation: '1,000 posts, 200 ms of replication lag, a report' },
    {
      line: 'rendezvous demo --posts 200 --lag 100 --json',
      explanation: 'For scripts: one line of JSON last, progress on stderr',
    },
  ],
  exitCodes: {
    0: 'stale reads without Rendezvous, none with it',
    1: 'a stale read got through with Rendezvous on',
    3: 'the run proved nothing: no stale read without Rendezvous, waits that timed out, or a failure',
    130: 'interrupted',
  },
  options: {
    store: {
      type: 'choice',
      choices: ['postgres'],
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
    lag: {
      type: 'integer',
      placeholder: 'MS',
      min: 0,
      max: 60_000,
      default: 200,
      description: 'Lag that is injected into the replication',
    },
    concurrency: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 500,
      default: 50,
      description: 'Posts under way at a time',
    },
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
  const reportFile = await findReportFile(options, io);
  const console = options.json ? io.stderr : io.stdout;
  const progress = createProgress(console);
  const { store, posts, lag: lagMs, concurrency } = options;
  try {
    const result = await runDemo({ store, posts, lagMs, concurrency, progress, signal: io.signal });
    progress.finish();
    const { exitCode, text } = toVerdict(result);
    console.write(`\n${formatResultTable(result)}\n${formatFootnotes(result)}\n\n${text}\n`);
    if (reportFile !== undefined) {
      await writeFile(reportFile, renderHtmlReport(result, new Date().toUTCString()));
      console.write(`Report: ${reportFile}\n`);
    }
    if (options.json) io.stdout.write(`${JSON.stringify(toDemoJson(result))}\n`);
    return exitCode;
  } catch (thrown) {
    progress.finish();
    if (io.signal.aborted) return INTERRUPTED;
    const error = RendezvousError.from(thrown);
    if (error.code === 'config_invalid') throw error;
    // A run that failed proved nothing; 1 would say that a stale read got through.
    io.stderr.write(`rendezvous: ${error.message}\n`);
    // An error without a code is a bug: whoever reports it needs the stack.
    if (error.code === 'internal' && thrown instanceof Error) io.stderr.write(`${thrown.stack}\n`);
    return PROVED_NOTHING;
  }
}

/** Rejects with `config_invalid` now rather than after the run. */
async function findReportFile(options: DemoCommandOptions, io: Io): Promise<string | undefined> {
  if (options.html === undefined && options.json) return undefined;
  const file = resolve(io.cwd, options.html ?? DEFAULT_REPORT);
  try {
    await access(dirname(file), constants.W_OK);
    return file;
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      `demo: the report cannot be written to ${file}; name another place with --html FILE`,
      { cause },
    );
  }
}
