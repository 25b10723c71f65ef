/** Several processes of one kind: all of them start, or none is left. */
import { RendezvousError } from '@rendezvous/protocol';
import { type DemoProcess, startDemoProcess, type StartOptions } from './demo-process.js';
import type { ProcessContract } from './process-contracts.js';

export interface DemoProcesses<C extends ProcessContract> extends AsyncDisposable {
  /** In the order of what was asked for. */
  readonly all: readonly DemoProcess<C>[];
}

/** Rejects as the first that did not start; the others are gone by then. */
export async function startDemoProcesses<C extends ProcessContract>(
  options: readonly StartOptions<C>[],
): Promise<DemoProcesses<C>> {
  const starts = await Promise.allSettled(options.map((one) => startDemoProcess<C>(one)));
  const all = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const shutdown = async (): Promise<void> => {
    await Promise.all(all.map((each) => each.shutdown()));
  };
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed === undefined) return { all, [Symbol.asyncDispose]: shutdown };
  await shutdown();
  throw RendezvousError.from(failed.reason);
}
