import { RendezvousError } from '@rendezvous/client';
import type { PolicyOverrides } from '@rendezvous/client';

/** Options of all batches. The policies are those of the reads and writes of each record. */
export interface BatchOptions<Item> extends PolicyOverrides {
  /** Groups of records (or records, where their order does not matter) in progress at once. 1 to 1,000. Default 10. */
  readonly concurrencyMax?: number | undefined;
  /**
   * Told of every record that failed, before the batch ends; must not throw. Nobody else hears of them:
   * Lambda takes a batch with failures for a success. Default: `console.error`.
   */
  readonly onFailure?: ((failure: BatchFailure<Item>) => void) | undefined;
  /**
   * Says that the event source mapping has `FunctionResponseTypes: [ReportBatchItemFailures]`. Without
   * that setting Lambda drops the records that the batch returns. A function cannot see the setting, so
   * the first failure of a process warns unless this is true.
   */
  readonly reportsBatchItemFailures?: boolean | undefined;
}

export interface BatchFailure<Item> {
  readonly record: Item;
  readonly error: unknown;
  /** In how many seconds the record comes back, if that was set; else its source decides. */
  readonly delaySeconds?: number | undefined;
}

/** What Lambda takes from a function whose event source mapping reports failures by record. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

export const CONCURRENCY_DEFAULT = 10;
export const CONCURRENCY_MAX = 1_000;

/** Throws `config_invalid` for what is no whole number from `min` to `max`. */
export function assertInteger(name: string, value: unknown, min: number, max: number): void {
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return;
  const range = `a whole number from ${String(min)} to ${max.toLocaleString('en')}`;
  const message = `Option "${name}" is ${String(value)}: it must be ${range}.`;
  throw new RendezvousError('config_invalid', message);
}

/** The default of `onFailure`. */
export function logFailure({ error }: BatchFailure<unknown>): void {
  // eslint-disable-next-line no-console -- on Lambda the console is the log
  console.error(error);
}

/** Warns once that a failure is lost unless the event source mapping reports failures by record. */
export function createSettingWarning(confirmed: boolean): () => void {
  let warned = confirmed;
  return () => {
    if (warned) return;
    warned = true;
    process.emitWarning(
      'A record goes back to its source. It is LOST unless the event source mapping has FunctionResponseTypes: [ReportBatchItemFailures]. If it has, say so: reportsBatchItemFailures: true.',
      'RendezvousWarning',
    );
  };
}
