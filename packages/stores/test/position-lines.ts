import type { PositionOrder } from '@rendezvous/protocol';
import { expect } from 'vitest';

/**
 * What `PositionOrder.coordinate` promises: along each line, every relation to the watermark is one
 * unbroken run.
 */
export function expectUnbrokenRuns<P>(
  order: PositionOrder<P>,
  positions: readonly P[],
  watermark: P,
): void {
  const lines = new Map<string, { value: number; relation: string }[]>();
  for (const position of positions) {
    const coordinate = order.coordinate?.(position);
    if (!coordinate) continue;
    const relation = order.relation(position, watermark);
    const line = lines.get(coordinate.line) ?? [];
    lines.set(coordinate.line, [...line, { value: coordinate.value, relation }]);
  }
  for (const line of lines.values()) {
    const relations = line.toSorted((a, b) => a.value - b.value).map(({ relation }) => relation);
    const runs = relations.filter((relation, index) => relation !== relations[index - 1]);
    expect(runs).toEqual([...new Set(runs)]);
  }
}
