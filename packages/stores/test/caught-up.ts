import type { PositionOrder, ReplicaConnection } from '@rendezvous/protocol';

/** Resolves once `replica` has reached `position`; each answer may be held back for `waitMs`. */
export async function untilReached(
  { order }: { readonly order: PositionOrder },
  replica: ReplicaConnection,
  position: string,
  waitMs = 0,
): Promise<void> {
  const target = order.parse(position);
  if (target === undefined) throw new Error(`not a position: ${position}`);
  for (;;) {
    const watermark = order.parse(await replica.readWatermark(waitMs));
    const relation = watermark === undefined ? 'pending' : order.relation(target, watermark);
    if (relation === 'reached') return;
    if (relation === 'cut_off') throw new Error(`the replica will never reach ${position}`);
  }
}
