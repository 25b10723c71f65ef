import { RendezvousError } from '@rendezvous/protocol';
import { toMixedReport, toVerdict } from '../bench/mixed-report.js';
import { reportOptions, type ReportOptions, runReported } from '../bench/report-options.js';
import { runMixed } from '../bench/run-mixed.js';
import type { Command, Io } from '../command.js';
import { MEASUREMENT_EXIT_CODES } from '../demo/run-measurement.js';
import { DEMO_STORES, type DemoStoreName } from '../demo/stores/load-demo-store.js';
import { MEASUREMENT_OPTIONS } from '../shared-options.js';

const NAME = 'bench mixed';
const DEFAULT_REPORT = 'rendezvous-mixed.html';

export interface BenchMixedOptions extends ReportOptions {
  readonly store: DemoStoreName;
  readonly rate: number;
  readonly duration: number;
  readonly lag: number;
  readonly writeShare: string;
  readonly freshShare: string;
}

export const command: Command<BenchMixedOptions> = {
  name: NAME,
  description:
    'Measure writes and reads across regions at a fixed rate, and their latency over time',
  usage: `${NAME} [options]`,
  examples: [
    { line: `rendezvous ${NAME}`, explanation: 'Redis, 1,000 operations a second for a minute' },
    {
      line: `rendezvous ${NAME} --store postgres --rate 500 --write-share 0.3 --json`,
      explanation: 'For scripts: one line of JSON last',
    },
  ],
  exitCodes: MEASUREMENT_EXIT_CODES,
  options: {
    store: {
      type: 'choice',
      choices: DEMO_STORES,
      default: 'redis',
      description: 'Datastore to run on',
    },
    rate: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 100_000,
      default: 1_000,
      description: 'Operations that become due a second, writes and reads together',
    },
    duration: {
      type: 'integer',
      placeholder: 'MS',
      min: 1_000,
      max: 3_600_000,
      default: 60_000,
      description: 'How long they do',
    },
    lag: MEASUREMENT_OPTIONS.lag,
    writeShare: {
      type: 'text',
      placeholder: 'SHARE',
      default: '0.1',
      description: 'The part of the operations that are writes, 0.01 to 0.99',
    },
    freshShare: {
      type: 'text',
      placeholder: 'SHARE',
      default: '0.1',
      description: 'The part of the reads that read the newest post, 0 to 1: most of these wait',
    },
    ...reportOptions(DEFAULT_REPORT),
  },
};

/** Resolves with the exit code. Whatever the benchmark started is gone by then, also after Ctrl-C. */
export async function run(options: BenchMixedOptions, io: Io): Promise<number> {
  const { store, rate: ratePerSec, duration: durationMs, lag: lagMs } = options;
  const writeShare = parseShare('--write-share', options.writeShare, 0.01, 0.99);
  const freshShare = parseShare('--fresh-share', options.freshShare, 0, 1);
  const command = { name: NAME, defaultFile: DEFAULT_REPORT };
  let verdict = 0;
  const exitCode = await runReported(command, options, io, async (progress) => {
    const measured = await runMixed({
      ...{ store, ratePerSec, durationMs, lagMs, writeShare, freshShare },
      progress,
      signal: io.signal,
    });
    verdict = toVerdict(measured).exitCode;
    return toMixedReport(measured);
  });
  return exitCode === 0 ? verdict : exitCode;
}

function parseShare(option: string, text: string, min: number, max: number): number {
  const share = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
  if (share >= min && share <= max) return share;
  throw new RendezvousError(
    'config_invalid',
    `${NAME}: ${option} takes a number from ${min} to ${max}, not "${text}"`,
  );
}
