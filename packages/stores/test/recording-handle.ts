import { randomBytes } from 'node:crypto';
import { encodeUlid } from '@rendezvous/protocol';
import type { ReadOperation, StoreHandle, WriteOperation } from '@rendezvous/protocol';

/** What a shim asked of its handle. */
export interface Recorded {
  readonly kind: 'branch' | 'no branch' | 'read' | 'passed read';
  readonly position?: string | undefined;
  /** Keys that were named, as text. */
  readonly keys?: readonly string[];
  readonly fromPrimary?: boolean;
  readonly repeatable?: boolean;
}

export interface RecordingOptions {
  /** Runs before each read, as a wait would. */
  readonly beforeRead?: () => Promise<void>;
  /** Runs after each write, as the acknowledgement of its open would. */
  readonly afterWrite?: () => Promise<void>;
  /** Issues a repeatable read twice and returns the second. */
  readonly repeat?: boolean;
  readonly origin?: unknown;
  /** Reads have nothing to wait for. */
  readonly passReads?: boolean;
}

/** A `StoreHandle` that keeps its promises towards the shim, and remembers what was asked of it. */
export class RecordingHandle implements StoreHandle {
  readonly namespace = 'default';
  readonly store = 'posts';
  readonly region = 'eu';
  readonly verify = 'auto';
  active = true;
  readonly recorded: Recorded[] = [];
  /** The id that the last write was given for its branch. */
  lastBid = '';
  readonly #options: RecordingOptions;

  constructor(options: RecordingOptions = {}) {
    this.#options = options;
  }

  /** Branches that were opened. */
  get branches(): Recorded[] {
    return this.recorded.filter(({ kind }) => kind === 'branch');
  }

  get reads(): Recorded[] {
    return this.recorded.filter(({ kind }) => kind === 'read');
  }

  passRead(): boolean {
    const { passReads = false } = this.#options;
    if (passReads) this.recorded.push({ kind: 'passed read' });
    return passReads;
  }

  async write<T>(operation: WriteOperation<T>): Promise<T> {
    this.lastBid = encodeUlid(Date.now(), randomBytes(10));
    const { result, wrote, position } = await operation.execute(this.lastBid);
    this.recorded.push({
      kind: wrote ? 'branch' : 'no branch',
      position,
      ...toKeys(operation.keys),
    });
    if (wrote) await this.#options.afterWrite?.();
    return result;
  }

  async read<T>(operation: ReadOperation<T>): Promise<T> {
    const { fromPrimary, repeatable } = operation;
    this.recorded.push({ kind: 'read', fromPrimary, repeatable, ...toKeys(operation.keys) });
    if (fromPrimary) return operation.execute();
    const { origin, repeat, beforeRead } = this.#options;
    if (origin !== undefined && operation.executeAtOrigin) return operation.executeAtOrigin(origin);
    if (repeat === true && repeatable) {
      operation.execute().catch(() => undefined);
      return operation.execute();
    }
    await beforeRead?.();
    return operation.execute();
  }
}

function toKeys(keys: readonly Uint8Array[] | undefined): Pick<Recorded, 'keys'> {
  return keys === undefined ? {} : { keys: keys.map((key) => Buffer.from(key).toString()) };
}
