import { setTimeout as sleep } from 'node:timers/promises';
import { RendezvousError } from '@rendezvous/protocol';

const TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 10;

/** Rejects with `store_failed` and `problem` when it does not become true in time. Default: 30 s. */
export async function untilTrue(
  problem: string,
  condition: () => Promise<boolean>,
  timeoutMs: number = TIMEOUT_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new RendezvousError('store_failed', problem);
    await sleep(POLL_INTERVAL_MS);
  }
}
