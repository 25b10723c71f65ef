/**
 * What an option of a command accepts. One table of these per command gives flags, environment
 * names, defaults, validation, `--help` and docs/reference/cli.md.
 */

interface OptionBase {
  /** One line, no full stop; says the effect, and the default where it depends on something. */
  readonly description: string;
  /** The environment variable that gives the value when the flag is absent. */
  readonly env?: string;
}

/** A switch: absent is false. In the environment: `true`, `false`, `1` or `0`. */
export interface FlagOption extends OptionBase {
  readonly type: 'flag';
}

export interface TextOption extends OptionBase {
  readonly type: 'text';
  /** What stands for the value in the help: `FILE`. */
  readonly placeholder: string;
  readonly default?: string | undefined;
  readonly required?: boolean;
}

export interface ChoiceOption extends OptionBase {
  readonly type: 'choice';
  readonly choices: readonly string[];
  readonly default?: string | undefined;
  readonly required?: boolean;
}

/** A whole number between `min` and `max`, both included. */
export interface IntegerOption extends OptionBase {
  readonly type: 'integer';
  readonly placeholder: string;
  readonly min: number;
  readonly max: number;
  readonly default?: number | undefined;
  readonly required?: boolean;
}

/** May be given several times; absent is the empty list. In the environment: separated by commas. */
export interface ListOption extends OptionBase {
  readonly type: 'list';
  readonly placeholder: string;
}

export type Option = FlagOption | TextOption | ChoiceOption | IntegerOption | ListOption;

/** Options by the camelCase name of their value; the flag is the same name in kebab-case. */
export type OptionsTable<T> = { readonly [K in keyof T]-?: OptionFor<T[K]> };

/** A value that may be undefined needs nothing; any other needs a default, or is required. */
type OptionFor<V> = [V] extends [boolean]
  ? FlagOption
  : [V] extends [readonly string[]]
    ? ListOption
    : [V] extends [number | undefined]
      ? IntegerOption & Presence<V>
      : [V] extends [string | undefined]
        ? (string extends V ? TextOption | ChoiceOption : TextOption | ChoiceOf<V>) & Presence<V>
        : never;

type ChoiceOf<V> = ChoiceOption & { readonly choices: readonly Exclude<V, undefined>[] };

type Presence<V> = undefined extends V
  ? { readonly default?: undefined; readonly required?: false }
  : { readonly default: V } | { readonly required: true };

/** The flag of the option called `name`, without dashes: `logLevel` is `log-level`. */
export function toFlagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
