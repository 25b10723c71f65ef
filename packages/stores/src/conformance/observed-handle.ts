import type { ReadOperation, StoreHandle, Verify, WriteOperation } from '@rendezvous/protocol';

/** A branch that a shim asked for. */
export interface ObservedBranch {
  readonly position: string | undefined;
  /** As texts. */
  readonly keys: readonly string[] | undefined;
}

export interface ObservedRead {
  readonly fromPrimary: boolean;
  readonly keys: readonly string[] | undefined;
}

/** The client's own handle, which also remembers what a shim asked of it. */
export class ObservedHandle implements StoreHandle {
  readonly #handle: StoreHandle;
  #branches: ObservedBranch[] = [];
  #reads: ObservedRead[] = [];

  constructor(handle: StoreHandle) {
    this.#handle = handle;
  }

  get namespace(): string {
    return this.#handle.namespace;
  }

  get store(): string {
    return this.#handle.store;
  }

  get region(): string {
    return this.#handle.region;
  }

  get verify(): Verify {
    return this.#handle.verify;
  }

  get active(): boolean {
    return this.#handle.active;
  }

  /** So that every read is remembered. */
  passRead(): boolean {
    return false;
  }

  write<T>(operation: WriteOperation<T>): Promise<T> {
    const keys = toTexts(operation.keys);
    return this.#handle.write({
      ...operation,
      execute: async (bid) => {
        const outcome = await operation.execute(bid);
        if (outcome.wrote) this.#branches.push({ position: outcome.position, keys });
        return outcome;
      },
    });
  }

  read<T>(operation: ReadOperation<T>): Promise<T> {
    this.#reads.push({ fromPrimary: operation.fromPrimary, keys: toTexts(operation.keys) });
    return this.#handle.read(operation);
  }

  /** What was asked since the last time. */
  take(): {
    readonly branches: readonly ObservedBranch[];
    readonly reads: readonly ObservedRead[];
  } {
    const taken = { branches: this.#branches, reads: this.#reads };
    this.#branches = [];
    this.#reads = [];
    return taken;
  }
}

function toTexts(keys: readonly Uint8Array[] | undefined): readonly string[] | undefined {
  return keys?.map((key) => Buffer.from(key).toString());
}
