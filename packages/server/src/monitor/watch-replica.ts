/**
 * Watches one replica, in the way that its store's strategy says, and tells the node.
 *
 *   connect to the replica ─▶ attach to the node ─▶ follow it ─▶ lost
 *            ▲                                                     │
 *            └────────────────────── back-off ─────────────────────┘
 */
import type { MonitorLink } from '../host/local-link.js';
import { keepTrying } from '../keep-trying.js';
import type { Log } from '../ports.js';
import { followPosition } from './follow-position.js';
import { inTime } from './in-time.js';
import { probeMarkers } from './probe-markers.js';
import type { Watch, WatchedReplica } from './replica-watch.js';

const ANSWER_TIMEOUT_MS = 10_000;

/** Watches until `signal` aborts. Never rejects: every failure is logged and tried anew. */
export async function watchReplica(
  replica: WatchedReplica,
  link: MonitorLink,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const { store, region, name, strategy, answerTimeoutMs = ANSWER_TIMEOUT_MS } = replica;
  const bound = { timeoutMs: answerTimeoutMs, signal };
  const bounded: Watch['bounded'] = (what, promise) => inTime(promise, { what, ...bound });
  await keepTrying(
    async (succeeded) => {
      const onAttached = (): void => {
        succeeded();
        log({ level: 'info', event: 'monitor_attached', store, region, replica: name });
      };
      const watch = { replica, link, log, signal, answerTimeoutMs, bounded, onAttached };
      await (strategy.kind === 'probe'
        ? probeMarkers(watch, strategy)
        : followPosition(watch, strategy));
    },
    {
      signal,
      onFailure: ({ message: reason }) => {
        log({ level: 'warn', event: 'monitor_detached', store, region, replica: name, reason });
      },
    },
  );
}
