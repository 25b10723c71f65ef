import type { MysqlCommand, MysqlCommandConstructor, OkHeader } from './driver.js';

/** What became of a command, as far as the shim must know. */
export interface Completion {
  readonly failure?: { readonly error: unknown };
  /** Of each statement in the text that returned no rows, in order. */
  readonly headers: readonly OkHeader[];
  /** The last result was rows: the server said nothing of what was written. */
  readonly endedWithRows: boolean;
}

/** A command under way whose owner learns of its end only when told so. */
export interface HeldCommand {
  readonly completion: Promise<Completion>;
  /** Passes on what was held back, in the order in which it came. Idempotent. */
  readonly announce: () => void;
}

/** Whether the command runs a statement; others ask, change or end the session. */
export function isStatement(command: MysqlCommand): boolean {
  return '_queryOptions' in command || '_executeOptions' in command;
}

/** The text that runs, with placeholders or without. */
export function readText(command: MysqlCommand): string | undefined {
  const text = command.sql ?? command.statement?.query;
  return typeof text === 'string' ? text : undefined;
}

/** Whether the statement could not be prepared: the driver then tells its owner by itself. */
export function failedToPrepare(command: MysqlCommand): boolean {
  return Object.hasOwn(command, 'start');
}

/**
 * Observes `command` from here on, and holds its success back: the callback, or without one the
 * `end` event. Rows pass at once. A failure is held back, too, unless `isPlainFailure` says that
 * nothing can have been written.
 */
export function hold(
  command: MysqlCommand,
  lost: Promise<void>,
  isPlainFailure: (error: unknown) => boolean,
): HeldCommand {
  const { emit, onResult } = command;
  const headers: OkHeader[] = [];
  const held: (() => void)[] = [];
  let endedWithRows = false;
  let isAnnounced = false;
  let complete: (completion: Completion) => void = () => undefined;
  const completion = new Promise<Completion>((resolve) => (complete = resolve));
  const finish = (failure?: { readonly error: unknown }): void => {
    complete({ headers, endedWithRows, ...(failure && { failure }) });
  };
  const passOrHold = (pass: () => void, isPlain: boolean): void => {
    if (isAnnounced || isPlain) pass();
    else held.push(pass);
  };

  let failure: { readonly error: unknown } | undefined;
  command.emit = (event, ...details) => {
    const pass = (): boolean => Reflect.apply(emit, command, [event, ...details]);
    if (event === 'fields') endedWithRows = details[0] !== undefined;
    // Rows come with the number of their result.
    if (event === 'result' && details.length === 1 && isOkHeader(details[0])) {
      headers.push(details[0]);
    }
    if (onResult !== undefined || (event !== 'end' && event !== 'error')) return pass();
    if (event === 'error') failure ??= { error: details[0] };
    passOrHold(pass, failure !== undefined && isPlainFailure(failure.error));
    if (event === 'end') finish(failure);
    return true;
  };
  if (onResult !== undefined) {
    command.onResult = (error, ...results) => {
      const pass = (): void => {
        Reflect.apply(onResult, command, [error, ...results]);
      };
      finish(error ? { error } : undefined);
      passOrHold(pass, Boolean(error) && isPlainFailure(error));
    };
  }
  lost
    .then(() => {
      finish({ error: new Error('the connection was lost') });
    })
    .catch(() => undefined);
  const announce = (): void => {
    isAnnounced = true;
    // Outside of any promise, so that what an owner throws is thrown as the driver would.
    for (const pass of held.splice(0)) process.nextTick(pass);
  };
  return { completion, announce };
}

function isOkHeader(value: unknown): value is OkHeader {
  return (
    typeof value === 'object' &&
    value !== null &&
    'affectedRows' in value &&
    typeof (value as OkHeader).serverStatus === 'number'
  );
}

/** What a copy of a command told its owner, in order. */
type Told = readonly (readonly [event: string, details: readonly unknown[]])[];

/** The success of a copy, to be passed on to the command that was copied. */
export interface CopiedResult {
  readonly headers: readonly OkHeader[];
  readonly told: Told;
}

/** Runs a copy of a command that has a callback. Rejects with the error that the callback would get. */
export function runCopy(
  command: MysqlCommand,
  run: (copy: MysqlCommand) => void,
): Promise<CopiedResult> {
  return new Promise((resolve, reject) => {
    const told: [string, readonly unknown[]][] = [];
    const Command = command.constructor as MysqlCommandConstructor;
    const options = command._queryOptions ?? command._executeOptions ?? {};
    const copy = new Command(options, (error, ...results) => {
      if (error) {
        reject(error);
        return;
      }
      told.push(['result of all', results]);
      resolve({ told, headers: [] });
    });
    if (command.statement !== undefined) copy.statement = command.statement;
    copy.sql = command.sql;
    copy.values = command.values;
    if (command.namedPlaceholders !== undefined) copy.namedPlaceholders = command.namedPlaceholders;
    const { emit } = copy;
    copy.emit = (event, ...details) => {
      told.push([event, details]);
      return Reflect.apply(emit, copy, [event, ...details]);
    };
    run(copy);
  });
}

/** Tells the owner of `command` what its copy was told. */
export function replay(command: MysqlCommand, { told }: CopiedResult): void {
  for (const [event, details] of told) {
    if (event === 'result of all') process.nextTick(() => command.onResult?.(null, ...details));
    else command.emit(event, ...details);
  }
}

/** Ends a command that never ran, or whose copy failed, as the driver ends one that failed. */
export function fail(command: MysqlCommand, error: unknown): void {
  process.nextTick(() => {
    if (command.onResult !== undefined) command.onResult(error as Error);
    else command.emit('error', error);
    command.emit('end');
  });
}
