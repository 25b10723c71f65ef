import { formatImportTable, toImportJson } from '../bench/import-result.js';
import { runImport } from '../bench/run-import.js';
import type { Command, Io } from '../command.js';
import { describeMachine, formatMachine } from '../demo/machine.js';
import { runMeasurement } from '../demo/run-measurement.js';

const NAME = 'bench import';

export interface BenchImportOptions {
  readonly runs: number;
  readonly json: boolean;
}

export const command: Command<BenchImportOptions> = {
  name: NAME,
  description: 'Measure what the client adds to the cold start of a function',
  usage: `${NAME} [options]`,
  examples: [
    { line: `rendezvous ${NAME}`, explanation: 'An empty handler and one with a client, by turns' },
    { line: `rendezvous ${NAME} --runs 200 --json`, explanation: 'For scripts: one line of JSON' },
  ],
  exitCodes: { 0: 'measured', 3: 'a handler could not be imported', 130: 'interrupted' },
  options: {
    runs: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 10_000,
      default: 100,
      description: 'Fresh processes per handler; each imports it once',
    },
    json: {
      type: 'flag',
      description: 'Print the result as one line of JSON on stdout, everything else on stderr',
    },
  },
};

/** Resolves with the exit code. Whatever the benchmark started is gone by then, also after Ctrl-C. */
export async function run(options: BenchImportOptions, io: Io): Promise<number> {
  const console = options.json ? io.stderr : io.stdout;
  return runMeasurement(
    io,
    console,
    (progress) => runImport({ runs: options.runs, progress, signal: io.signal }),
    (result) => {
      console.write(`\n${formatImportTable(result)}\n${formatMachine(describeMachine())}\n`);
      if (options.json) io.stdout.write(`${JSON.stringify(toImportJson(result))}\n`);
      return Promise.resolve(0);
    },
  );
}
