/** The execution environments of one function: reused when idle, started when none is, limited in number. */
import type { FunctionSettings } from './function-options.js';
import {
  describeFailure,
  type FunctionLogLine,
  type Invocation,
  type InvocationOutcome,
  type InvocationReport,
} from './invocation.js';
import type { WorkerHost } from './worker-process.js';
import { createWorker, type LambdaWorker, type WorkerOwner } from './worker.js';

export interface PoolObserver {
  onReport(report: InvocationReport): void;
  onLog(line: FunctionLogLine): void;
}

export class WorkerPool {
  readonly settings: FunctionSettings;
  readonly #owner: WorkerOwner;
  /** The one that worked last is taken first. */
  readonly #idle: LambdaWorker[] = [];
  readonly #workers = new Set<LambdaWorker>();
  /** Those that wait for room, in order. */
  readonly #waiting: (() => void)[] = [];
  /** Invocations in progress, and processes that start for one. */
  #busyCount = 0;
  #closed = false;

  constructor(settings: FunctionSettings, host: WorkerHost, observer: PoolObserver) {
    this.settings = settings;
    this.#owner = {
      ...host,
      onIdle: (worker) => {
        this.#idle.push(worker);
        this.#leave();
      },
      onGone: (worker) => this.#lose(worker),
      onReport: (report) => observer.onReport(report),
      onLog: (line) => observer.onLog(line),
    };
  }

  get workers(): readonly LambdaWorker[] {
    return [...this.#workers];
  }

  /** Undefined: throttled, all environments are busy. */
  tryInvoke(invocation: Invocation): Promise<InvocationOutcome> | undefined {
    if (this.#busyCount >= this.settings.concurrencyMax) return undefined;
    this.#busyCount += 1;
    return this.#run(invocation);
  }

  /** Waits for room. */
  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    for (;;) {
      const outcome = this.tryInvoke(invocation);
      if (outcome !== undefined) return outcome;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Ends the idle environments: what comes next starts cold. */
  async recycle(): Promise<void> {
    await Promise.all(this.#idle.map((worker) => worker.kill()));
  }

  /** Ends all; invocations in progress end with them, and new ones do at once. */
  async shutdown(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.workers.map((worker) => worker.kill()));
    while (this.#waiting.length > 0) this.#waiting.shift()?.();
  }

  async #run(invocation: Invocation): Promise<InvocationOutcome> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle.run(invocation);
    if (this.#closed) {
      this.#leave();
      const payload = describeFailure('ServiceException', 'the Lambda service was shut down');
      return { kind: 'exit', payload, log: [] };
    }
    const worker = createWorker(this.settings, this.#owner);
    this.#workers.add(worker);
    const outcome = worker.run(invocation);
    await worker.start();
    return outcome;
  }

  #lose(worker: LambdaWorker): void {
    this.#workers.delete(worker);
    const index = this.#idle.indexOf(worker);
    if (index >= 0) this.#idle.splice(index, 1);
    else this.#leave();
  }

  #leave(): void {
    this.#busyCount -= 1;
    this.#waiting.shift()?.();
  }
}
