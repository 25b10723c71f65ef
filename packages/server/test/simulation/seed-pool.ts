/**
 * Runs seeds on all cores. What comes out does not depend on how many there are: the lowest seed that
 * fails is the one that is told, and the counts are those of the seeds up to its chunk.
 */
import { Worker } from 'node:worker_threads';
import type { ChunkRequest, ChunkResult } from './seed-chunk.js';

export interface PoolOptions extends ChunkRequest {
  readonly workerCount: number;
  /** The program that a worker runs. */
  readonly program: URL;
  readonly onProgress: (doneCount: number) => void;
  /** Stops it early; what was run counts. */
  readonly signal: AbortSignal;
}

export interface PoolResult extends ChunkResult {
  /** Seeds that were run, the failing one included. */
  readonly seedCount: number;
}

const CHUNK_SEED_COUNT = 10;

export async function runSeeds(options: PoolOptions): Promise<PoolResult> {
  const { workerCount, program } = options;
  const queue = new ChunkQueue(options);
  const workers = Array.from({ length: workerCount }, () => new Worker(program));
  try {
    await Promise.all(workers.map((worker) => serve(worker, queue)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return queue.result;
}

/** Hands chunks out in order, and stops behind the first that fails. */
class ChunkQueue {
  readonly #options: PoolOptions;
  readonly #results = new Map<number, ChunkResult>();
  #next: number;
  #endsAt: number;
  #doneCount = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#next = options.firstSeed;
    this.#endsAt = options.firstSeed + options.seedCount;
  }

  take(): ChunkRequest | undefined {
    const { signal, stepCount } = this.#options;
    if (this.#next >= this.#endsAt || signal.aborted) return undefined;
    const firstSeed = this.#next;
    const seedCount = Math.min(CHUNK_SEED_COUNT, this.#endsAt - firstSeed);
    this.#next += seedCount;
    return { firstSeed, seedCount, stepCount };
  }

  done({ firstSeed, seedCount }: ChunkRequest, result: ChunkResult): void {
    this.#results.set(firstSeed, result);
    this.#doneCount += seedCount;
    if (result.failure) this.#endsAt = Math.min(this.#endsAt, firstSeed);
    this.#options.onProgress(this.#doneCount);
  }

  get result(): PoolResult {
    const counts = new Map<string, number>();
    const inOrder = [...this.#results].sort(([a], [b]) => a - b);
    for (const [, result] of inOrder) {
      for (const [what, count] of Object.entries(result.counts)) {
        counts.set(what, (counts.get(what) ?? 0) + count);
      }
      const { failure } = result;
      if (!failure) continue;
      const seedCount = failure.seed - this.#options.firstSeed + 1;
      return { counts: Object.fromEntries(counts), failure, seedCount };
    }
    const seedCount = this.#doneCount;
    return { counts: Object.fromEntries(counts), failure: undefined, seedCount };
  }
}

/** Keeps one worker busy until there is nothing left for it. */
function serve(worker: Worker, queue: ChunkQueue): Promise<void> {
  return new Promise((resolve, reject) => {
    let chunk: ChunkRequest | undefined;
    const next = (): void => {
      chunk = queue.take();
      if (chunk) worker.postMessage(chunk);
      else resolve();
    };
    worker.on('error', reject);
    worker.on('message', (result: ChunkResult) => {
      if (chunk) queue.done(chunk, result);
      next();
    });
    next();
  });
}
