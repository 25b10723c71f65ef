/**
 * How branches stand to one watermark.
 *
 * Positions on one line (`PositionOrder.coordinate`) that lie between two of the same relation have
 * that relation too. So of thousands of branches a few are held against the watermark, and the rest
 * follow from where they lie.
 */
import type { PositionOrder, PositionRelation } from '@rendezvous/protocol';
import type { Branch } from './branch.js';

/** The least and the greatest value known to have a relation. */
interface Span {
  readonly relation: PositionRelation;
  least: number;
  greatest: number;
}

export class WatermarkRelations {
  readonly #order: PositionOrder;
  readonly #watermark: unknown;
  readonly #spansByLine = new Map<number, Span[]>();

  constructor(order: PositionOrder, watermark: unknown) {
    this.#order = order;
    this.#watermark = watermark;
  }

  /** `pending` when the branch has no position. */
  of(branch: Branch): PositionRelation {
    const { line } = branch;
    if (line === 0) return this.#ask(branch.parsedPosition);
    const { value } = branch;
    let spans = this.#spansByLine.get(line);
    if (!spans) this.#spansByLine.set(line, (spans = []));
    for (const span of spans) {
      if (span.least <= value && value <= span.greatest) return span.relation;
    }
    const relation = this.#ask(branch.parsedPosition);
    widen(spans, relation, value);
    return relation;
  }

  #ask(position: unknown): PositionRelation {
    return position === undefined ? 'pending' : this.#order.relation(position, this.#watermark);
  }
}

function widen(spans: Span[], relation: PositionRelation, value: number): void {
  const known = spans.find((span) => span.relation === relation);
  if (!known) {
    spans.push({ relation, least: value, greatest: value });
    return;
  }
  known.least = Math.min(known.least, value);
  known.greatest = Math.max(known.greatest, value);
}
