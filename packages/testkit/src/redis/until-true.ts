import { setTimeout as sleep } from 'node:timers/promises';
import { RendezvousError } from '@rendezvous/protocol';

const TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 10;

/** Rejects with `store_failed` and `problem` when it does not become true in 30 s. */
export async function untilTrue(problem: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new RendezvousError('store_failed', problem);
    await sleep(POLL_INTERVAL_MS);
  }
}
