/** What `--help` prints. docs/reference/cli.md is made of the same tables: reference-page.ts. */
import type { CommandDefinition } from './command.js';
import { toFlagName } from './option.js';
import type { Option } from './option.js';
import { describeValue } from './parse-options.js';

const PROGRAM_DESCRIPTION =
  'Rendezvous: a read never misses a write that it depends on, across regions and datastores.';

const COMMON_EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'failure',
  2: 'wrong usage or configuration',
};

export function formatProgramHelp(definitions: readonly CommandDefinition[]): string {
  const commands = definitions.map(({ name, description }) => [name, description] as const);
  return [
    PROGRAM_DESCRIPTION,
    '',
    'Usage: rendezvous <command> [options]',
    '',
    'Commands:',
    ...formatColumns(commands),
    '',
    'Options:',
    ...formatColumns([
      ['-h, --help', 'Show this help, or with a command, its help'],
      ['--version', 'Show the version'],
    ]),
    '',
    'See "rendezvous <command> --help" for its options.',
    '',
  ].join('\n');
}

export function formatCommandHelp(definition: CommandDefinition): string {
  const options = Object.entries(definition.options).map(
    ([name, option]) => [formatFlag(name, option), describeOption(option)] as const,
  );
  const exitCodes = Object.entries(exitCodesOf(definition));
  return [
    `${definition.description}.`,
    '',
    `Usage: rendezvous ${definition.usage}`,
    '',
    'Options:',
    ...formatColumns([...options, ['-h, --help', 'Show this help']]),
    '',
    'Examples:',
    ...definition.examples.flatMap(({ line, explanation }) => [
      `  ${line}`,
      `      ${explanation}`,
    ]),
    '',
    'Exit codes:',
    ...formatColumns(exitCodes),
    '',
  ].join('\n');
}

/** Every exit code of the command with its meaning. */
export function exitCodesOf(definition: CommandDefinition): Readonly<Record<number, string>> {
  return { ...COMMON_EXIT_CODES, ...definition.exitCodes };
}

/** The flag as a user types it: `--port N`. */
export function formatFlag(name: string, option: Option): string {
  const flag = `--${toFlagName(name)}`;
  return option.type === 'flag' ? flag : `${flag} ${describeValue(option)}`;
}

/** The default as a user would type it, or nothing. */
export function formatDefault(option: Option): string {
  if (option.type === 'flag' || option.type === 'list') return '';
  return option.default === undefined ? '' : String(option.default);
}

function describeOption(option: Option): string {
  const facts = [
    option.type === 'list' ? 'may be repeated' : '',
    'required' in option && option.required ? 'required' : '',
    option.type === 'integer' ? `${option.min} to ${option.max}` : '',
    formatDefault(option) === '' ? '' : `default ${formatDefault(option)}`,
    option.env === undefined ? '' : `env ${option.env}`,
  ].filter((fact) => fact !== '');
  return facts.length === 0 ? option.description : `${option.description} (${facts.join('; ')})`;
}

function formatColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
