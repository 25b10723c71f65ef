import type { SignalStrategy, VisibilityStrategy, WatermarkStrategy } from '@rendezvous/protocol';
import type { NotApplicable } from './harness.js';

/** A strategy that compares positions. */
export type PositionStrategy = WatermarkStrategy | SignalStrategy;

/** The strategy as one of positions; what is about positions does not apply to any other. */
export function toPositionStrategy(strategy: VisibilityStrategy): PositionStrategy | NotApplicable {
  return 'order' in strategy ? strategy : { notApplicable: 'the store has no positions' };
}
