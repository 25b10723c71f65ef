/**
 * What a command is: a constant that says what it accepts, and a function that does it.
 *
 * A module in `commands/` exports both, as `command` and `run`. The constant drives parsing, help
 * and docs/reference/cli.md; `run` gets validated options and everything else it may touch as `io`,
 * so that tests need no process. Adding a command: write the module, name it in command-registry.ts.
 */
import type { Option, OptionsTable } from './option.js';
import { parseOptions } from './parse-options.js';

/** The world as a command sees it. */
export interface Io {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Aborts when the user wants the command to end: shut down cleanly and return. */
  readonly signal: AbortSignal;
  /** From now on SIGHUP calls this, and no longer ends the command. */
  onHangUp(listener: () => void): void;
  readonly env: Environment;
  readonly cwd: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of a writable stream that commands use. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** `T` is what `run` gets: one property per option, in camelCase (`--log-level` is `logLevel`). */
export interface Command<T> extends CommandDefinition {
  readonly options: OptionsTable<T>;
}

export interface CommandDefinition {
  readonly name: string;
  /** One line, no full stop. */
  readonly description: string;
  /** What follows `rendezvous` in the usage line: `serve [options]`. */
  readonly usage: string;
  readonly examples: readonly CommandExample[];
  /** Exit codes beyond 0 (success), 1 (failure) and 2 (wrong usage), or with a meaning of their own. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  readonly options: Readonly<Record<string, Option>>;
}

export interface CommandExample {
  readonly line: string;
  readonly explanation: string;
}

/**
 * What a module in `commands/` exports. `run` resolves with the exit code. A rejection with
 * `config_invalid` means wrong usage (exit 2), any other a failure (exit 1).
 */
export interface CommandModule<T> {
  readonly command: Command<T>;
  run(options: T, io: Io): Promise<number>;
}

/** A command whose option types are sealed inside, so that commands fit in one table. */
export interface RunnableCommand {
  readonly definition: CommandDefinition;
  parse(args: readonly string[], env: Environment): ParsedCommand;
}

export type ParsedCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }
  | { readonly kind: 'ready'; run(io: Io): Promise<number> };

/** Seals a command module. */
export function toRunnable<T>(module: CommandModule<T>): RunnableCommand {
  const { command } = module;
  return {
    definition: command,
    parse(args, env) {
      const parsed = parseOptions<T>(command.options, args, env);
      if (parsed.kind !== 'values') return parsed;
      return { kind: 'ready', run: (io) => module.run(parsed.values, io) };
    },
  };
}
