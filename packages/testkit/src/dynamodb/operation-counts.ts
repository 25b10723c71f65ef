import type { Body } from './item.js';

/** What one region was asked for so far. Only differences count. */
export interface OperationCounts {
  /** Requests by the name of their operation. */
  readonly requests: ReadonlyMap<string, number>;
  /** Keys that `BatchGetItem` was asked for. */
  readonly batchKeys: number;
  /** Capacity units of reads and of writes, as DynamoDB would charge them. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

const READS: ReadonlySet<string> = new Set([
  'GetItem',
  'BatchGetItem',
  'Query',
  'Scan',
  'TransactGetItems',
]);

export class OperationCounter {
  readonly #requests = new Map<string, number>();
  #batchKeys = 0;
  #readUnits = 0;
  #writeUnits = 0;

  get counts(): OperationCounts {
    return {
      requests: new Map(this.#requests),
      batchKeys: this.#batchKeys,
      readUnits: this.#readUnits,
      writeUnits: this.#writeUnits,
    };
  }

  addRequest(operation: string, input: Body): void {
    this.#requests.set(operation, (this.#requests.get(operation) ?? 0) + 1);
    if (operation !== 'BatchGetItem') return;
    const tables = Object.values((input['RequestItems'] ?? {}) as Body);
    for (const table of tables) {
      this.#batchKeys += ((table as Body)['Keys'] as readonly unknown[]).length;
    }
  }

  /** `consumed`: the `ConsumedCapacity` of an answer, for one table or several. */
  addUnits(operation: string, consumed: unknown): void {
    const tables = Array.isArray(consumed) ? (consumed as unknown[]) : [consumed];
    for (const table of tables) {
      const { CapacityUnits: units = 0 } = (table ?? {}) as { readonly CapacityUnits?: number };
      if (READS.has(operation)) this.#readUnits += units;
      else this.#writeUnits += units;
    }
  }
}
