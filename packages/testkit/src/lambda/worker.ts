/**
 * One execution environment of a function: its process, and the Runtime API that only it talks to.
 *
 *   starting ──asks for an event──▶ idle (frozen) ──event──▶ busy ──asks again──▶ idle
 *       │                                                      │
 *       └──── failed, took too long ────▶ gone ◀── timeout ────┘      from anywhere: exit
 */
import { once } from 'node:events';
import type { FunctionSettings } from './function-options.js';
import {
  describeFailure,
  type FunctionLogLine,
  type Invocation,
  type InvocationOutcome,
  type InvocationReport,
} from './invocation.js';
import { monotonicMs } from './monotonic-ms.js';
import { startRuntimeApi, type Hand, type RuntimeApi } from './runtime-api.js';
import { spawnWorker, type WorkerChild, type WorkerHost } from './worker-process.js';

/** Who has the worker, and what it is told. */
export interface WorkerOwner extends WorkerHost {
  /** It can take an event. */
  onIdle(worker: LambdaWorker): void;
  /** Its process ended; nothing more comes from it. */
  onGone(worker: LambdaWorker): void;
  onReport(report: InvocationReport): void;
  onLog(line: FunctionLogLine): void;
}

interface Current {
  readonly invocation: Invocation;
  readonly coldStart: boolean;
  readonly log: string[];
  /** Undefined: not handed over yet. */
  startedAtMs: number | undefined;
  outcome: InvocationOutcome | undefined;
  readonly resolve: (outcome: InvocationOutcome) => void;
}

/** A worker that is yet to start; it takes one event right away. */
export function createWorker(settings: FunctionSettings, owner: WorkerOwner): LambdaWorker {
  return new LambdaWorker(settings, owner);
}

export class LambdaWorker {
  readonly #settings: FunctionSettings;
  readonly #owner: WorkerOwner;
  readonly #bornAtMs: number = monotonicMs();
  #killed = false;
  #api: RuntimeApi | undefined;
  #child: WorkerChild | undefined;
  /** How to answer the runtime that asked for an event. */
  #hand: Hand | undefined;
  #current: Current | undefined;
  #initMs: number | undefined;
  #frozen = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: FunctionSettings, owner: WorkerOwner) {
    this.#settings = settings;
    this.#owner = owner;
  }

  /** Resolves before its process is ready. */
  async start(): Promise<void> {
    this.#api = await startRuntimeApi({
      onNext: (hand) => this.#onNext(hand),
      onAnswer: (requestId, kind, payload) => this.#onAnswer(requestId, kind, payload),
      onInitError: (payload) => this.#finishWith('error', payload),
    });
    if (this.#killed) {
      this.#onExit(null, 'SIGKILL');
      return;
    }
    this.#child = spawnWorker(this.#settings, this.#owner, this.#api.address, (line) =>
      this.#onLine(line),
    );
    this.#child.once('exit', (code, signal) => this.#onExit(code, signal));
    // What could not be started does not exit.
    this.#child.once('error', () => this.#onExit(null, null));
    const { initTimeoutMs } = this.#settings;
    this.#timer = setTimeout(() => this.#timeOut(initTimeoutMs), initTimeoutMs);
  }

  /** 0: its process could not be started. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get state(): 'starting' | 'idle' | 'busy' {
    if (this.#initMs === undefined) return 'starting';
    return this.#current === undefined ? 'idle' : 'busy';
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Only while it has no other. Never rejects. */
  run(invocation: Invocation): Promise<InvocationOutcome> {
    return new Promise((resolve) => {
      const coldStart = this.#initMs === undefined;
      const fresh = { startedAtMs: undefined, outcome: undefined, log: [] };
      this.#current = { invocation, coldStart, resolve, ...fresh };
      if (this.#hand !== undefined) this.#handOver(this.#hand, this.#current);
    });
  }

  /** Resolves when the process is gone. Idempotent. */
  async kill(): Promise<void> {
    this.#killed = true;
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  #onNext(hand: Hand): void {
    if (this.#initMs === undefined) {
      this.#initMs = monotonicMs() - this.#bornAtMs;
      clearTimeout(this.#timer);
    }
    this.#hand = hand;
    const current = this.#current;
    if (current !== undefined && current.startedAtMs === undefined) {
      this.#handOver(hand, current);
      return;
    }
    const settle = this.#settle();
    this.#owner.onIdle(this);
    settle();
    // Unless it got something to do right there.
    if (this.state === 'idle') this.#freeze();
  }

  #handOver(hand: Hand, current: Current): void {
    this.#thaw();
    this.#hand = undefined;
    const { timeoutMs, name } = this.#settings;
    current.startedAtMs = monotonicMs();
    this.#timer = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
    const functionArn = `arn:aws:lambda:${this.#owner.region}:000000000000:function:${name}`;
    hand(current.invocation, Date.now() + timeoutMs, functionArn);
  }

  #onAnswer(requestId: string, kind: 'success' | 'error', payload: Buffer): boolean {
    if (this.#current?.invocation.requestId !== requestId) return false;
    this.#finishWith(kind, payload);
    return true;
  }

  /** The first to know how it ended is right. */
  #finishWith(kind: InvocationOutcome['kind'], payload: Buffer): void {
    const current = this.#current;
    if (current !== undefined) current.outcome ??= { kind, payload, log: current.log };
  }

  #timeOut(limitMs: number): void {
    const seconds = (limitMs / 1_000).toFixed(2);
    const message = `${this.#prefix()}Error: Task timed out after ${seconds} seconds`;
    this.#finishWith('timeout', describeFailure('Sandbox.Timedout', message));
    this.#child?.kill('SIGKILL');
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#timer);
    const status = code === null ? `signal: ${signal ?? 'not started'}` : `exit status ${code}`;
    const message = `${this.#prefix()}Error: Runtime exited with error: ${status}`;
    this.#finishWith('exit', describeFailure('Runtime.ExitError', message));
    const settle = this.#settle();
    this.#api?.shutdown();
    this.#owner.onGone(this);
    settle();
  }

  /**
   * Ends the invocation. What it returns tells the caller, who must find the process as it is then: as in
   * Lambda, a successor of the same caller gets the same process.
   */
  #settle(): () => void {
    clearTimeout(this.#timer);
    const {
      invocation,
      coldStart,
      startedAtMs = monotonicMs(),
      outcome,
      resolve,
    } = this.#current ?? {};
    this.#current = undefined;
    if (invocation === undefined || outcome === undefined) return () => undefined;
    const durationMs = monotonicMs() - startedAtMs;
    const initMs = coldStart === true ? (this.#initMs ?? startedAtMs - this.#bornAtMs) : 0;
    const report: InvocationReport = {
      functionName: this.#settings.name,
      requestId: invocation.requestId,
      pid: this.pid,
      outcome: outcome.kind,
      coldStart: coldStart === true,
      initMs,
      durationMs,
      billedMs: Math.ceil(initMs + durationMs),
      startedAtMs,
    };
    return () => {
      this.#owner.onReport(report);
      resolve?.(outcome);
    };
  }

  #onLine(line: string): void {
    const current = this.#current?.startedAtMs === undefined ? undefined : this.#current;
    current?.log.push(line);
    const functionName = this.#settings.name;
    this.#owner.onLog({ functionName, requestId: current?.invocation.requestId, line });
  }

  #prefix(): string {
    const requestId = this.#current?.invocation.requestId;
    return requestId === undefined ? '' : `RequestId: ${requestId} `;
  }

  #freeze(): void {
    if (!this.#settings.freeze) return;
    this.#child?.kill('SIGSTOP');
    this.#frozen = true;
  }

  #thaw(): void {
    if (!this.#frozen) return;
    this.#child?.kill('SIGCONT');
    this.#frozen = false;
  }
}
