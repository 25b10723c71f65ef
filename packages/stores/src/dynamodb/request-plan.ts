/** What a command means to Rendezvous, and how it is changed. */
import type { Fields } from '../aws-sdk/driver.js';
import type { ItemPlace } from './item-key.js';
import type { ShapeSource } from './table-shape.js';

export type RequestPlan = WritePlan | ReadPlan | { readonly kind: 'other' };

export interface WritePlan {
  readonly kind: 'write';
  /** Every item that the request may change; undefined where they cannot be told. */
  readonly places: readonly ItemPlace[] | undefined;
  /** DynamoDB itself sees to it that several attempts count as one. */
  readonly isIdempotent: boolean;
  /** The request with the marker in each item that it writes. */
  mark(bid: string): Fields;
}

export interface ReadPlan {
  readonly kind: 'read';
  /** Undefined: anything in the store. */
  readonly places: readonly ItemPlace[] | undefined;
  /** The index that is read, unless it follows its table at once. */
  readonly globalIndex: string | undefined;
  /** It is strongly consistent already, or cannot be. */
  readonly isStrong: boolean;
  /** The same request, strongly consistent. */
  strengthen(): Fields;
}

export interface PlanInput {
  /** `PutItemCommand`. */
  readonly commandName: string;
  readonly input: Fields;
  /** The input is the document client's: plain values. */
  readonly isDocument: boolean;
  readonly shapeOf: ShapeSource;
}
