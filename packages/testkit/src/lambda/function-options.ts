import { RendezvousError } from '@rendezvous/protocol';

/** A function, as its template describes it. */
export interface FunctionOptions {
  /** Letters, digits, `-` and `_`; at most 64. */
  readonly name: string;
  /** Module and export, as in AWS: `writer.handler` is the export `handler` of writer.js, .mjs or .cjs. */
  readonly handler: string;
  /** The folder of the module: Lambda's `CodeUri`. */
  readonly directory: string;
  /** Environment variables of the function. It gets none of the owner's but PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long one invocation may last. 1 to 900,000; default 3,000, as in Lambda. */
  readonly timeoutMs?: number;
  /** How long a process may take until it asks for its first event. 1 to 900,000; default 10,000, as in Lambda. */
  readonly initTimeoutMs?: number;
  /** Reported to the function; nothing enforces it. Default 128. */
  readonly memorySizeMb?: number;
  /** Processes at a time, hence invocations. 1 to 1,000; default 10. More are throttled. */
  readonly concurrencyMax?: number;
  /** Whether a process that has nothing to do is stopped (SIGSTOP), as in Lambda. Default true. */
  readonly freeze?: boolean;
}

export type FunctionSettings = Required<FunctionOptions>;

/** Fills in the defaults. Throws `config_invalid`. */
export function toFunctionSettings(options: FunctionOptions): FunctionSettings {
  const settings: FunctionSettings = {
    environment: {},
    timeoutMs: 3_000,
    initTimeoutMs: 10_000,
    memorySizeMb: 128,
    concurrencyMax: 10,
    freeze: true,
    ...options,
  };
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(settings.name)) refuse('name', settings.name);
  if (!/^[^.]+\.[^.]+/.test(settings.handler)) refuse('handler', settings.handler);
  assertWhole('timeoutMs', settings.timeoutMs, 900_000);
  assertWhole('initTimeoutMs', settings.initTimeoutMs, 900_000);
  assertWhole('memorySizeMb', settings.memorySizeMb, 10_240);
  assertWhole('concurrencyMax', settings.concurrencyMax, 1_000);
  return settings;
}

/** Throws `config_invalid` for what is no whole number from 1 to `max`. */
export function assertWhole(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max) refuse(name, value, `1 to ${max}`);
}

function refuse(name: string, value: unknown, range?: string): never {
  const must = range === undefined ? '' : `: it must be a whole number from ${range}`;
  throw new RendezvousError('config_invalid', `a function's ${name} is ${String(value)}${must}`);
}
