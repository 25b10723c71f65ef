/**
 * Watches one replica by its watermark and tells the node how far it is.
 *
 *   connect to the replica ─▶ read the primary ─▶ attach (barrier) ─▶ watermark, watermark, … ─▶ lost
 *            ▲                                                                                  │
 *            └────────────────────────────── back-off ──────────────────────────────────────────┘
 *
 * The barrier is a position of the primary that was read after the replica was connected to: until
 * the replica has passed it, the node holds waits (rules 11, 21). While branches are open the
 * replica is asked often; while none is, rarely: opens come in over the attach.
 */
import {
  type NodeBody,
  RendezvousError,
  type ReplicaConnection,
  type VisibilityStrategy,
} from '@rendezvous/protocol';
import type { MonitorLink } from '../host/local-link.js';
import { keepTrying, pause } from '../keep-trying.js';
import type { Log } from '../ports.js';

export interface WatchedReplica {
  readonly store: string;
  readonly region: string;
  /** `us-1` is the first replica of `us`. */
  readonly name: string;
  /** URL of the replica. */
  readonly endpoint: string;
  /** URL of the store's primary. */
  readonly primary: string;
  readonly strategy: VisibilityStrategy;
}

/** Between two questions while branches are open: a fast answer costs the replica ~0.1 ms of CPU. */
const POLL_INTERVAL_MIN_MS = 1;
/** A stalled replica is asked less often: at 1 % of the stall, for it costs no more of the wait. */
const POLL_STALL_SHARE = 0.01;
const POLL_INTERVAL_MAX_MS = 25;
/** With no branch open: often enough to notice a replica that is gone or went back. */
const IDLE_INTERVAL_MS = 1_000;

/** Watches until `signal` aborts. Never rejects: every failure is logged and tried anew. */
export async function watchReplica(
  replica: WatchedReplica,
  link: MonitorLink,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const { store, region, name } = replica;
  await keepTrying(
    (succeeded) =>
      watchOnce(replica, link, signal, () => {
        succeeded();
        log({ level: 'info', event: 'monitor_attached', store, region, replica: name });
      }),
    {
      signal,
      onFailure: ({ message: reason }) => {
        log({ level: 'warn', event: 'monitor_detached', store, region, replica: name, reason });
      },
    },
  );
}

async function watchOnce(
  { store, region, name, endpoint, primary, strategy }: WatchedReplica,
  link: MonitorLink,
  signal: AbortSignal,
  onAttached: () => void,
): Promise<void> {
  const connection = await strategy.connectReplica(endpoint, signal);
  let attach = 0;
  try {
    const barrier = await strategy.readPrimary(primary, signal);
    const opened = createBell();
    const attached = new Promise<void>((resolve, reject) => {
      attach = link.stream(
        { kind: 'attach', store, region, replica: name, barrier },
        (body: NodeBody) => {
          if (body.kind === 'failure') {
            reject(new RendezvousError('store_failed', body.message));
            return;
          }
          resolve();
          opened.ring();
        },
      );
    });
    await attached;
    onAttached();
    await follow(connection, link, attach, opened, signal);
  } finally {
    if (attach !== 0) link.send({ kind: 'cancel', target: attach });
    await connection.shutdown();
  }
}

async function follow(
  connection: ReplicaConnection,
  link: MonitorLink,
  attach: number,
  opened: Bell,
  signal: AbortSignal,
): Promise<void> {
  let last = '';
  let advancedAtMs = performance.now();
  while (!signal.aborted) {
    opened.silence();
    const position = await connection.readWatermark();
    const nowMs = performance.now();
    if (position !== last) advancedAtMs = nowMs;
    last = position;
    const answer = await link.request({ kind: 'watermark', attach, position });
    const branchesOpen = answer.kind === 'watermarked' ? answer.branchesOpen : 0;
    if (branchesOpen > 0 || opened.hasRung) {
      const intervalMs = (nowMs - advancedAtMs) * POLL_STALL_SHARE;
      await pause(
        Math.min(POLL_INTERVAL_MAX_MS, Math.max(POLL_INTERVAL_MIN_MS, intervalMs)),
        signal,
      );
    } else {
      advancedAtMs = nowMs;
      await opened.heard(IDLE_INTERVAL_MS, signal);
    }
  }
}

interface Bell {
  readonly hasRung: boolean;
  ring(): void;
  silence(): void;
  /** Resolves at the next ring, after `timeoutMs`, or when `signal` aborts. */
  heard(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

function createBell(): Bell {
  let hasRung = false;
  let wake: () => void = () => undefined;
  return {
    get hasRung() {
      return hasRung;
    },
    ring: () => {
      hasRung = true;
      wake();
    },
    silence: () => {
      hasRung = false;
    },
    heard: async (timeoutMs, signal) => {
      if (hasRung) return;
      const rung = new AbortController();
      wake = () => {
        rung.abort();
      };
      await pause(timeoutMs, AbortSignal.any([rung.signal, signal]));
    },
  };
}
