/** How one option is described, read and checked. */

import { RendezvousError, isName } from '@rendezvous/protocol';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What an option may be. */
export interface OptionRange<T> {
  /** Completes the sentence "must be …". */
  readonly range: string;
  /** The value, or undefined if it is out of range. Text from the environment comes as it is. */
  readonly parse: (value: unknown) => T | undefined;
  /** Keep the value out of messages. */
  readonly secret?: true;
}

export interface OptionSpec<T> extends OptionRange<T> {
  /** The environment may set it: `timeoutMs` is `RENDEZVOUS_TIMEOUT_MS`. */
  readonly env?: true;
  readonly default: T | undefined;
}

/** What the values of a table's options are. */
export type OptionRanges<Values> = { readonly [Name in keyof Values]: OptionRange<Values[Name]> };
export type OptionSpecs<Values> = { readonly [Name in keyof Values]: OptionSpec<Values[Name]> };

/** Range of options that are names. */
export const NAME_RANGE: string = 'a name (1 to 32 of a-z, 0-9 and -, not starting with -)';

/**
 * Those of the options that are given, checked; `where` is what takes them. Throws `config_invalid`,
 * naming the option and its value, for what is out of range, and for what the table does not have.
 */
export function checkOptions<Values>(
  where: string,
  options: object,
  ranges: OptionRanges<Values>,
): Partial<Values> {
  return readEach(options as Loose, (name, value) => {
    if (Object.hasOwn(ranges, name)) {
      return checkValue(`Option "${name}"`, value, ranges[name as keyof Values]);
    }
    const names = Object.keys(ranges).join(', ');
    throw createConfigError(`${where} has no option "${name}"; it has ${names}.`);
  }) as Partial<Values>;
}

/** For each option the checked one, else the environment's, else the default. Throws `config_invalid`. */
export function completeOptions<Values>(
  checked: Partial<Values>,
  specs: OptionSpecs<Values>,
  env: Environment,
): Values {
  // The type of the table ties each option's spec to the type of its value.
  return readEach(specs, (name, spec: OptionSpec<unknown>) => {
    const variable = spec.env ? toVariable(name) : '';
    return (
      (checked as Loose)[name] ??
      checkValue(variable, env[variable] || undefined, spec) ??
      spec.default
    );
  }) as Values;
}

type Loose = Readonly<Record<string, unknown>>;

/** What `read` returns for each entry of the table, unless that is undefined. */
function readEach<Entry>(
  table: Readonly<Record<string, Entry>>,
  read: (name: string, entry: Entry) => unknown,
): Loose {
  const values = Object.entries(table).map(([name, entry]) => [name, read(name, entry)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** The environment's name of an option. */
export function toVariable(name: string): string {
  return `RENDEZVOUS_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** The value, checked; undefined stays undefined. Throws `config_invalid`. */
function checkValue<T>(
  what: string,
  value: unknown,
  { parse, range, secret }: OptionRange<T>,
): T | undefined {
  if (value === undefined) return undefined;
  const parsed = parse(value);
  if (parsed !== undefined) return parsed;
  throw createRangeError(what, secret ? '(not shown)' : value, range);
}

export function createRangeError(what: string, value: unknown, range: string): RendezvousError {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : String(value);
  return createConfigError(`${what} is ${shown}: it must be ${range}.`);
}

export function createConfigError(message: string): RendezvousError {
  return new RendezvousError('config_invalid', message);
}

/** Checked elsewhere, by those who know what to do with it. */
export const ANYTHING: OptionRange<unknown> = { range: 'anything', parse: (value) => value };

export const NAME: OptionRange<string> = {
  range: NAME_RANGE,
  parse: (value) => (typeof value === 'string' && isName(value) ? value : undefined),
};

const ENDPOINT_COUNT_MAX = 16;

/**
 * URLs in the order of preference, equals together: `|` stands between equals, a comma (or the next
 * entry of a list) between those that are not.
 */
export function parseEndpoints(value: unknown): readonly (readonly string[])[] | undefined {
  const list: unknown = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const tiers = list.map((item) =>
    typeof item === 'string' ? item.split('|').map((url) => url.trim()) : [''],
  );
  const urls = tiers.flat();
  return urls.length <= ENDPOINT_COUNT_MAX && urls.every(isWebSocketUrl) ? tiers : undefined;
}

function isWebSocketUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  return ['ws:', 'wss:'].includes(new URL(text).protocol);
}

export const BOOLEAN: OptionRange<boolean> = {
  range: 'true or false',
  parse: (value) => {
    if (value === true || value === 'true' || value === '1') return true;
    return value === false || value === 'false' || value === '0' || value === ''
      ? false
      : undefined;
  },
};

export function oneOf<T extends string>(...allowed: readonly T[]): OptionRange<T> {
  return {
    range: `${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1) ?? ''}`,
    parse: (value) => allowed.find((candidate) => candidate === value),
  };
}

export function integerTo(max: number): OptionRange<number> {
  return {
    range: `a whole number from 0 to ${max.toLocaleString('en')}`,
    parse: (value) => {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= max
        ? number
        : undefined;
    },
  };
}

/** A function; what it takes and returns shows when it is called. */
export function aFunction<T>(): OptionRange<T> {
  return {
    range: 'a function',
    parse: (value) => (typeof value === 'function' ? (value as T) : undefined),
  };
}
