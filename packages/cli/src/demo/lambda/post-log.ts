/** What became of each post, read from the log of the functions. Pure: times come in. */

export interface PostTrace {
  /** The write was acknowledged. */
  storedAtMs?: number;
  /** The first read found nothing. */
  stale: boolean;
  timedOut: boolean;
  /** The first blocked wait of the post that was answered. */
  releasedAtMs?: number;
  foundAtMs?: number;
}

export interface LogEntry {
  readonly requestId: string | undefined;
  readonly line: string;
  readonly atMs: number;
}

/** One invocation of the reader. */
interface Reading {
  readonly post: string;
  answered: boolean;
}

const HANDLER_LINE = /\b(stored|reading|found|missing) (\S+)$/;
const WAIT_LINE = /^wait (\S+) (prevented|free)$/;

export class PostLog {
  readonly #traces = new Map<string, PostTrace>();
  readonly #readings = new Map<string, Reading>();
  readonly #watchers = new Map<string, (trace: PostTrace) => void>();
  #unanswered = 0;

  /** Reads whose wait nobody answered with `consistent`, though they went on. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Resolves once the post was found. */
  untilFound(post: string): Promise<PostTrace> {
    const trace = this.#traceOf(post);
    if (trace.foundAtMs !== undefined) return Promise.resolve(trace);
    return new Promise((resolve) => this.#watchers.set(post, resolve));
  }

  add({ requestId = '', line, atMs }: LogEntry): void {
    const [, status, how] = WAIT_LINE.exec(line) ?? [];
    if (status !== undefined) this.#addWait(requestId, status, how === 'prevented', atMs);
    const [, what, post = ''] = HANDLER_LINE.exec(line) ?? [];
    if (what === 'stored') this.#traceOf(post).storedAtMs = atMs;
    if (what === 'reading') this.#readings.set(requestId, { post, answered: false });
    if (what === 'found' || what === 'missing') this.#addRead(requestId, post, what, atMs);
  }

  #addWait(requestId: string, status: string, prevented: boolean, atMs: number): void {
    const reading = this.#readings.get(requestId);
    if (reading === undefined) return;
    const trace = this.#traceOf(reading.post);
    if (status === 'consistent') reading.answered = true;
    if (status === 'timed_out') trace.timedOut = true;
    if (prevented && status === 'consistent') trace.releasedAtMs ??= atMs;
  }

  #addRead(requestId: string, post: string, what: 'found' | 'missing', atMs: number): void {
    const trace = this.#traceOf(post);
    if (this.#readings.get(requestId)?.answered !== true) this.#unanswered += 1;
    this.#readings.delete(requestId);
    if (what === 'missing') {
      trace.stale = true;
      return;
    }
    trace.foundAtMs ??= atMs;
    this.#watchers.get(post)?.(trace);
    this.#watchers.delete(post);
  }

  #traceOf(post: string): PostTrace {
    const known = this.#traces.get(post);
    if (known !== undefined) return known;
    const trace: PostTrace = { stale: false, timedOut: false };
    this.#traces.set(post, trace);
    return trace;
  }
}
