/** The command's flags: one table gives parsing, defaults, limits and `--help`. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export interface SimOptions {
  readonly firstSeed: number;
  readonly seedCount: number;
  readonly stepCount: number;
  readonly workerCount: number;
  readonly json: boolean;
  readonly quick: boolean;
  readonly help: boolean;
}

/** Wrong usage; the message says what is right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const NUMBERS = {
  seed: { max: 2 ** 31, about: 'first seed; alone, the only one (default 1)' },
  seeds: { max: 10_000_000, about: 'how many deployments to simulate (default 100)' },
  steps: { max: 100_000, about: 'actions in each (default 200)' },
  workers: { max: 256, about: 'threads (default: one per core)' },
} as const;

const SWITCHES = {
  json: 'print one JSON object instead of text',
  quick: 'stop at a failure without making it small; ask nothing of the table',
  help: 'print this',
} as const;

type NumberFlag = keyof typeof NUMBERS;

export const HELP: string = [
  'Simulates whole deployments in virtual time, and checks every step.',
  '',
  'usage: npm run sim -- [options]',
  '',
  ...Object.entries(NUMBERS).map(([name, { about }]) => `  --${name} N`.padEnd(14) + about),
  ...Object.entries(SWITCHES).map(([name, about]) => `  --${name}`.padEnd(14) + about),
  '',
  'Ends with 0 when every check held, 1 when one failed, 2 on wrong usage, 130 after Ctrl-C.',
  'From 1,000 deployments on, a cell of the table that stays empty is a failure too.',
  '',
].join('\n');

/** Throws UsageError. */
export function parseSimOptions(args: readonly string[]): SimOptions {
  const values = readFlags(args);
  const numberOf = (flag: NumberFlag, fallback: number): number => {
    const text = values[flag];
    if (typeof text !== 'string') return fallback;
    const value = Number(text);
    const { max } = NUMBERS[flag];
    if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
    throw new UsageError(`--${flag} takes a whole number from 1 to ${String(max)}, not "${text}"`);
  };
  return {
    firstSeed: numberOf('seed', 1),
    seedCount: numberOf('seeds', values['seed'] === undefined ? 100 : 1),
    stepCount: numberOf('steps', 200),
    workerCount: numberOf('workers', availableParallelism()),
    json: values['json'] === true,
    quick: values['quick'] === true,
    help: values['help'] === true,
  };
}

function readFlags(args: readonly string[]): Readonly<Record<string, unknown>> {
  const numbers = Object.keys(NUMBERS).map((name) => [name, { type: 'string' as const }]);
  const switches = Object.keys(SWITCHES).map((name) => [name, { type: 'boolean' as const }]);
  const options = Object.fromEntries([...numbers, ...switches]) as Record<
    string,
    { type: 'string' | 'boolean' }
  >;
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
