/** What every way of watching a replica needs: its connection, and the node's word of open branches. */
import {
  type BranchesOpened,
  type NodeBody,
  type OpenBranch,
  RendezvousError,
  type VisibilityStrategy,
} from '@rendezvous/protocol';
import type { MonitorLink } from '../host/local-link.js';
import type { Log } from '../ports.js';
import type { MonitorObserver } from './monitor-observer.js';

export interface WatchedReplica {
  readonly namespace: string;
  readonly store: string;
  readonly region: string;
  /** `us-1` is the first replica of `us`. */
  readonly name: string;
  /** URL of the replica. */
  readonly endpoint: string;
  /** URL of the store's primary. */
  readonly primary: string;
  readonly strategy: VisibilityStrategy;
  /** For each answer of replica, primary and node. Default 10,000: adapters have bounds of their own. */
  readonly answerTimeoutMs?: number;
  /** How often the node is asked anew which branches are open, where it is not told. Default 30,000. */
  readonly reattachIntervalMs?: number;
  /** Default: nobody is told. */
  readonly observer?: MonitorObserver;
}

/** One replica's watch, from one connection to the next, and its surroundings. */
export interface Watch {
  readonly replica: WatchedReplica;
  readonly link: MonitorLink;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly answerTimeoutMs: number;
  /** Puts a bound on an answer of the replica, the primary or the node. */
  readonly bounded: <T>(what: string, promise: Promise<T>) => Promise<T>;
  /** The replica is connected to, and has answered. */
  readonly onAttached: () => void;
}

interface Closable {
  shutdown(): Promise<void>;
}

/** Connects, runs `use`, and closes the connection, also one that comes when nobody waits any more. */
export async function withConnection<C extends Closable>(
  { signal, bounded }: Pick<Watch, 'signal' | 'bounded'>,
  what: string,
  connect: (signal: AbortSignal) => Promise<C>,
  use: (connection: C, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const attempt = new AbortController();
  const abandon = (): void => attempt.abort();
  const connecting = connect(attempt.signal);
  signal.addEventListener('abort', abandon);
  let connection: C | undefined;
  try {
    connection = await bounded(what, connecting);
    await use(connection, attempt.signal);
  } finally {
    signal.removeEventListener('abort', abandon);
    abandon();
    if (connection) await connection.shutdown();
    else closeLate(connecting);
  }
}

/** Nobody waits for this connection any more; should it come, it must not stay. */
function closeLate(connecting: Promise<Closable>): void {
  connecting.then((connection) => connection.shutdown()).catch(() => undefined);
}

/** A monitor's work at the node: attached until it is cancelled. */
export interface Attached {
  readonly id: number;
  /** Resolves with the first word of open branches; rejects when the node refuses. */
  readonly answered: Promise<void>;
  cancel(): void;
}

/** Attaches to the replica, behind `barrier`; `onOpened` hears of the branches that are open there. */
export function attach(
  { replica: { store, region, name: replica }, link }: Watch,
  barrier: string,
  onOpened: (branches: readonly OpenBranch[]) => void,
): Attached {
  let id = 0;
  const answered = new Promise<void>((resolve, reject) => {
    const request = { kind: 'attach', store, region, replica, barrier } as const;
    id = link.stream(request, (body: NodeBody) => {
      if (body.kind === 'failure') {
        reject(new RendezvousError('store_failed', body.message));
        return;
      }
      resolve();
      onOpened((body as BranchesOpened).branches);
    });
  });
  // Whoever attached may have gone before it awaits this.
  answered.catch(() => undefined);
  return {
    id,
    answered,
    cancel: () => {
      if (id !== 0) link.send({ kind: 'cancel', target: id });
    },
  };
}

/** Whether the connection is lost; `onLost` is called when it gets so, to end a long pause. */
export function observeLoss(
  { lost }: { readonly lost: Promise<void> },
  onLost: () => void,
): () => boolean {
  let isLost = false;
  const letGo = (): void => {
    isLost = true;
    onLost();
  };
  lost.then(letGo).catch(() => undefined);
  return () => isLost;
}
