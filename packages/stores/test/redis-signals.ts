import type { SignallingReplica } from '@rendezvous/protocol';

/** The bids that a replica has announced. */
export interface Signals {
  has(bid: string): boolean;
  until(bid: string): Promise<void>;
}

export async function listenToSignals(replica: SignallingReplica): Promise<Signals> {
  const announced = new Set<string>();
  const waiting = new Map<string, () => void>();
  await replica.listen((bids) => {
    for (const bid of bids) {
      announced.add(bid);
      waiting.get(bid)?.();
    }
  });
  return {
    has: (bid) => announced.has(bid),
    until: (bid) =>
      new Promise((resolve) => {
        if (announced.has(bid)) resolve();
        else waiting.set(bid, resolve);
      }),
  };
}
