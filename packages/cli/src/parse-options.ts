/**
 * Turns arguments and environment into the values of a command's options table.
 *
 * A flag wins over its environment variable, that over the default. Values are checked here, once;
 * a message names the option (or the variable) and says what would be right.
 */
import { parseArgs } from 'node:util';
import { suggestNearest } from './nearest.js';
import { toFlagName } from './option.js';
import type { IntegerOption, Option } from './option.js';

export type ParsedOptions<T> =
  | { readonly kind: 'values'; readonly values: T }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

type Table = Readonly<Record<string, Option>>;
type Value = boolean | number | string | readonly string[] | undefined;
type Given = ReadonlyMap<string, readonly string[]>;

/** Never throws for what a user typed: that is `wrong`. `T` is the type that `table` was declared for. */
export function parseOptions<T>(
  table: Table,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedOptions<T> {
  try {
    const given = readFlags(table, args);
    if (given === 'help') return { kind: 'help' };
    const values = Object.entries(table).map(([name, option]) => [
      name,
      readValue(name, option, given, env),
    ]);
    // OptionsTable<T> ties each option's kind to the type of its value; readValue keeps to the kinds.
    return { kind: 'values', values: Object.fromEntries(values) as T };
  } catch (error) {
    if (error instanceof WrongOption) return { kind: 'wrong', message: error.message };
    throw error;
  }
}

/** Thrown and caught within this file only: parsing stops at the first mistake. */
class WrongOption extends Error {}

/** The texts given per flag name. Lenient parsing and our own checks: our messages say what is right. */
function readFlags(table: Table, args: readonly string[]): Given | 'help' {
  const optionsByFlag = new Map(
    Object.entries(table).map(([name, option]) => [toFlagName(name), option]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: toParseArgsOptions(optionsByFlag),
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      throw new WrongOption(`unexpected argument "${token.value}": every argument is an option`);
    }
    if (token.name === 'help') return 'help';
    const option = optionsByFlag.get(token.name);
    if (option === undefined) throw unknownFlag(token.rawName, optionsByFlag.keys());
    const texts = given.get(token.name) ?? [];
    if (texts.length > 0 && option.type !== 'list') {
      throw new WrongOption(`${token.rawName} is given twice`);
    }
    given.set(token.name, [...texts, readFlagText(token, option)]);
  }
  return given;
}

interface ParseArgsOption {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
}

function toParseArgsOptions(
  optionsByFlag: ReadonlyMap<string, Option>,
): Record<string, ParseArgsOption> {
  const options: Record<string, ParseArgsOption> = { help: { type: 'boolean', short: 'h' } };
  for (const [flag, { type }] of optionsByFlag) {
    options[flag] = { type: type === 'flag' ? 'boolean' : 'string' };
  }
  return options;
}

interface FlagToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function readFlagText(token: FlagToken, option: Option): string {
  if (option.type === 'flag') {
    if (token.value === undefined) return 'true';
    throw new WrongOption(`${token.rawName} takes no value`);
  }
  const swallowedFlag = token.inlineValue !== true && token.value?.startsWith('-') === true;
  if (token.value === undefined || swallowedFlag) {
    throw new WrongOption(
      `${token.rawName} needs a value: ${token.rawName} ${describeValue(option)}`,
    );
  }
  return token.value;
}

function unknownFlag(rawName: string, flags: Iterable<string>): WrongOption {
  const known = [...flags, 'help'].map((flag) => `--${flag}`);
  return new WrongOption(`unknown option ${rawName}.${suggestNearest(rawName, known)}`);
}

function readValue(
  name: string,
  option: Option,
  given: Given,
  env: Readonly<Record<string, string | undefined>>,
): Value {
  const flag = toFlagName(name);
  const texts = given.get(flag);
  if (texts !== undefined) return parseTexts(`--${flag}`, option, texts);
  // An empty variable is how shells and container files say "not set".
  const envText = option.env === undefined ? '' : (env[option.env] ?? '');
  if (envText !== '') {
    const envTexts =
      option.type === 'list' ? envText.split(',').map((text) => text.trim()) : [envText];
    return parseTexts(option.env ?? '', option, envTexts);
  }
  return readDefault(flag, option);
}

function readDefault(flag: string, option: Option): Value {
  if (option.type === 'flag') return false;
  if (option.type === 'list') return [];
  if (option.required !== true) return option.default;
  const variable = option.env === undefined ? '' : ` (or ${option.env} in the environment)`;
  throw new WrongOption(`--${flag} ${describeValue(option)} is required${variable}`);
}

/** `texts` holds one text, or any number for a list. `source` is what the user wrote it as. */
function parseTexts(source: string, option: Option, texts: readonly string[]): Value {
  const empty = texts.find((text) => text === '');
  if (empty !== undefined)
    throw new WrongOption(`${source} is empty; it takes ${describeValue(option)}`);
  if (option.type === 'list') return texts;
  const text = texts.at(-1) ?? '';
  switch (option.type) {
    case 'flag':
      return parseFlag(source, text);
    case 'integer':
      return parseInteger(source, option, text);
    case 'choice':
      if (option.choices.includes(text)) return text;
      throw new WrongOption(`${source} must be ${option.choices.join(' or ')}, not "${text}"`);
    case 'text':
      return text;
  }
}

function parseFlag(source: string, text: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new WrongOption(`${source} must be true or false, not "${text}"`);
}

function parseInteger(source: string, { min, max }: IntegerOption, text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new WrongOption(`${source} must be a whole number from ${min} to ${max}, not "${text}"`);
}

/** What stands for the option's value in usage and messages. */
export function describeValue(option: Option): string {
  if (option.type === 'flag') return 'true or false';
  return option.type === 'choice' ? option.choices.join('|') : option.placeholder;
}
