/**
 * What a function does to write to a store with markers: the open and the write go out together.
 *
 *   open ───▶ acknowledged by a node ──────┐
 *   write ──▶ acknowledged within its lease┴▶ confirm; the bookmark relies on this open
 *        ├──▶ acknowledged after its lease ──▶ a fresh open, with the first one's bid as marker (rule 15)
 *        ├──▶ certainly failed ──────────────▶ abort
 *        └──▶ nobody knows ──────────────────▶ nothing; it may reach the primary at any time, or never
 *
 * The function may crash between any two of them.
 */
import type { Open, Opened } from '@rendezvous/protocol';
import type { Context } from './context.js';
import type { Environment } from './environment.js';
import type { MarkerStore } from './marker-store.js';
import type { NodeEnd } from './network.js';
import { shortId } from './truth.js';
import type { Write } from './write.js';

/** For so long beyond the lease nodes take a write for under way (rule 19). */
const OVERDUE_MS = 5_000;
const GIVE_UP_MS = 1_000;
/** The share of functions that are frozen before they have said everything. */
const FROZEN = 0.25;
const FROZEN_MS_MAX = 8_000;

type Outcome = 'in time' | 'late' | 'failed' | 'unknown';

export interface MarkedWriteOptions {
  readonly env: Environment;
  readonly context: Context;
  readonly store: MarkerStore;
  readonly write: Write;
  readonly isDelete: boolean;
  readonly nodes: readonly NodeEnd[];
  /** The bookmark covers the write now. */
  readonly onCovered: () => void;
}

export class MarkedWrite {
  readonly #options: MarkedWriteOptions;
  readonly #life: number;
  readonly #startedMs: number;
  readonly #opened: { readonly node: NodeEnd; readonly opened: Opened }[] = [];
  #outcome: Outcome | undefined;

  constructor(options: MarkedWriteOptions) {
    this.#options = options;
    this.#life = options.context.client.life;
    this.#startedMs = options.env.nowMs;
  }

  begin(): void {
    const { env, context, write, nodes } = this.#options;
    context.begin(write);
    const open = openOf(write, write.bid, env.settings.leaseMs);
    const done = (node: NodeEnd, opened: Opened): void => {
      this.#opened.push({ node, opened });
      this.#settle(node, opened);
    };
    context.client.openBranch(open, nodes, done);
    // Frozen before the answer came, it opens once more when it is thawed.
    if (env.random.chance(0.15))
      this.#whenThawed(() => context.client.openBranch(open, nodes, done));
    this.#send();
  }

  #send(): void {
    const { env } = this.#options;
    const { random, settings } = env;
    const takesMs = this.#pickDurationMs();
    const chance = random.next();
    if (chance < 0.13) {
      env.after(takesMs, () => this.#answer(() => 'failed'));
    } else if (chance < 0.23) {
      if (random.chance(0.5)) env.after(takesMs, () => this.#arrive());
      env.soon(GIVE_UP_MS, () => this.#answer(() => 'unknown'));
    } else {
      env.after(takesMs, () => {
        this.#arrive();
        env.soon(settings.latencyMs, () => this.#answer(() => this.#acknowledged()));
      });
    }
  }

  /** Mostly what a request takes; now and then nodes take the branch for overdue before that. */
  #pickDurationMs(): number {
    const { random, settings } = this.#options.env;
    if (random.chance(0.7)) return random.between(0, settings.latencyMs * 2);
    const overdueMs = settings.leaseMs + OVERDUE_MS;
    const longestMs = overdueMs + 4_000;
    const [fromMs, toMs] = random.pick([
      [0, settings.leaseMs],
      [0, longestMs],
      [overdueMs, longestMs],
    ] as const);
    return random.between(fromMs, toMs);
  }

  /** The primary takes the write, whether or not anybody is left to be told. */
  #arrive(): void {
    const { store, write, isDelete, env } = this.#options;
    write.versions = store.put(write.keys, write.bid, isDelete);
    env.say(() => `${store.name} takes ${shortId(write.bid)} to ${write.keys.join('+')}`);
  }

  #acknowledged(): Outcome {
    const { env, write } = this.#options;
    write.isAcknowledged = true;
    const elapsedMs = env.nowMs - this.#startedMs;
    return elapsedMs > env.settings.leaseMs ? 'late' : 'in time';
  }

  /** The client learns how the write ended, unless it is gone. */
  #answer(outcomeOf: () => Outcome): void {
    const { env, context, write } = this.#options;
    if (context.client.life !== this.#life) return;
    this.#outcome = outcomeOf();
    env.count(`marked writes: ${this.#outcome}`);
    env.say(() => `${shortId(write.bid)} ended for its client: ${String(this.#outcome)}`);
    if (this.#outcome === 'failed') context.forget(write);
    if (this.#outcome === 'late') this.#openAnew();
    for (const { node, opened } of this.#opened) this.#settle(node, opened);
  }

  #settle(node: NodeEnd, opened: Opened): void {
    const { context, write } = this.#options;
    const { client } = context;
    if (this.#outcome === 'failed') this.#tell(() => client.abort(write, node));
    else if (this.#outcome === 'unknown') client.cover(context, write, opened);
    else if (this.#outcome === 'in time') {
      this.#tell(() => client.confirm(write, this.#nodeAfterFailover(node)));
      this.#cover(opened);
    }
  }

  /** A function that is frozen after it answered says it when it is thawed. */
  #tell(run: () => void): void {
    if (this.#options.env.random.chance(FROZEN)) this.#whenThawed(run);
    else run();
  }

  #whenThawed(run: () => void): void {
    const { env, context } = this.#options;
    env.soon(FROZEN_MS_MAX, () => {
      if (context.client.life === this.#life) run();
    });
  }

  /** Mostly the one that has the open. */
  #nodeAfterFailover(node: NodeEnd): NodeEnd {
    const { env, nodes } = this.#options;
    return env.random.chance(0.1) ? env.random.pick(nodes) : node;
  }

  /** Nodes may have judged the first branch by what the primary showed before the write came. */
  #openAnew(): void {
    const { env, context, write, nodes } = this.#options;
    write.lateBid = env.mintUlid(context.client.clockAheadMs);
    const open = { ...openOf(write, write.lateBid, 0), marker: write.bid };
    context.client.openBranch(open, nodes, (_node, opened) => this.#cover(opened));
  }

  #cover(opened: Opened): void {
    const { context, write, onCovered } = this.#options;
    if (context.client.cover(context, write, opened)) onCovered();
  }
}

function openOf({ rid, store, keys }: Write, bid: string, leaseMs: number): Open {
  return {
    kind: 'open',
    bid,
    rid,
    store: store.name,
    home: '',
    keys: keys.map((key) => new TextEncoder().encode(key)),
    position: '',
    leaseMs,
    marker: '',
  };
}
