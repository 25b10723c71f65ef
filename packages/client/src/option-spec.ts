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
  readonly env?: string;
  readonly default: T;
}

/** Range of options that are names. */
export const NAME_RANGE: string = 'a name (1 to 32 of a-z, 0-9 and -, not starting with -)';

/** Refuses options that are not among `names`. Throws `config_invalid`. */
export function refuseUnknown(where: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new RendezvousError(
    'config_invalid',
    `${where} has no option "${unknown}"; it has ${names.join(', ')}.`,
  );
}

/** The given value, else the environment's, else the default. Throws `config_invalid`. */
export function readOption<T>(
  name: string,
  spec: OptionSpec<T>,
  given: unknown,
  env: Environment,
): T {
  const { env: variable = '' } = spec;
  return (
    checkOption(`Option "${name}"`, given, spec) ??
    checkOption(variable, env[variable] || undefined, spec) ??
    spec.default
  );
}

/** Those of the options that have a range here, without those that are undefined. Throws `config_invalid`. */
export function checkOptions<T>(
  options: object,
  ranges: { readonly [Name in keyof T]: OptionRange<T[Name]> },
): Partial<T> {
  const given = options as Readonly<Record<string, unknown>>;
  const checked = Object.entries<OptionRange<unknown>>(ranges).map(
    ([name, range]) => [name, checkOption(`Option "${name}"`, given[name], range)] as const,
  );
  return Object.fromEntries(checked.filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The value, checked; undefined stays undefined. Throws `config_invalid`. */
function checkOption<T>(
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
  return new RendezvousError('config_invalid', `${what} is ${shown}: it must be ${range}.`);
}

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
