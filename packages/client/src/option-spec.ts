/** How one option is described, read and checked. */

import { RendezvousError, isName } from '@rendezvous/protocol';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface OptionSpec<T> {
  readonly env?: string;
  readonly default: T;
  /** What is allowed; completes the sentence "must be …". */
  readonly range: string;
  /** The value, or undefined if it is out of range. Text from the environment comes as it is. */
  readonly parse: (value: unknown) => T | undefined;
  /** Keep the value out of messages. */
  readonly secret?: true;
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
  const value = checkOption(name, given, spec);
  if (value !== undefined) return value;
  const text = spec.env === undefined ? undefined : env[spec.env];
  if (spec.env === undefined || text === undefined || text === '') return spec.default;
  return checkOption(spec.env, text, spec) ?? spec.default;
}

/** The value, checked; undefined stays undefined. Throws `config_invalid`. */
export function checkOption<T>(name: string, value: unknown, spec: OptionSpec<T>): T | undefined {
  if (value === undefined) return undefined;
  const parsed = spec.parse(value);
  if (parsed !== undefined) return parsed;
  throw createRangeError(`Option "${name}"`, spec.secret ? '(not shown)' : value, spec.range);
}

export function createRangeError(what: string, value: unknown, range: string): RendezvousError {
  const hint =
    value === 'requeue' ? ' "requeue" comes with the Lambda integration, a later release.' : '';
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : String(value);
  return new RendezvousError('config_invalid', `${what} is ${shown}: it must be ${range}.${hint}`);
}

export function parseName(value: unknown): string | undefined {
  return typeof value === 'string' && isName(value) ? value : undefined;
}

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

export function parseBoolean(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === '1') return true;
  return value === false || value === 'false' || value === '0' || value === '' ? false : undefined;
}

export function oneOf<T extends string>(
  ...allowed: readonly T[]
): (value: unknown) => T | undefined {
  return (value) => allowed.find((candidate) => candidate === value);
}

export function integerTo(max: number): (value: unknown) => number | undefined {
  return (value) => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= max
      ? number
      : undefined;
  };
}
