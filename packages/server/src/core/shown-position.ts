/**
 * How far a replica certainly is: the position that a `consistent` answer can name, so that a read
 * which another server serves than the monitored one can be held against it.
 *
 * It is the newest watermark that any monitor of the replica told, and does not go back when monitors
 * come and go: every branch that closed at the replica is at or below it. Whatever was closed before
 * the node started is at or below the barrier, which a replica has passed when its region answers.
 *
 * There is none while a branch that was closed by name lies beyond it; and, until the last monitor
 * went and another came with a new barrier, after watermarks that do not compare.
 */
import type { PositionOrder } from '@rendezvous/protocol';
import type { Branch } from './branch.js';
import type { StoreLayout } from './store-layout.js';
import { WatermarkRelations } from './watermark-relations.js';

export interface ShownPosition {
  /** Parsed; undefined while no watermark was seen. */
  position: unknown;
  text: string;
  /** How branches stand to it; undefined while no watermark was seen. */
  relations: WatermarkRelations | undefined;
  /** Positions of branches that closed beyond it: none is at or below another. */
  beyond: unknown[];
  doubted: boolean;
  /** The last monitor went, and none has told a watermark since. */
  orphaned: boolean;
}

/** Positions of one lineage leave only the newest; more than a few do not compare. */
const BEYOND_COUNT_MAX = 16;

export function createShownPosition(): ShownPosition {
  return {
    position: undefined,
    text: '',
    relations: undefined,
    beyond: [],
    doubted: false,
    orphaned: true,
  };
}

/** A monitor told this watermark. */
export function raiseShown(
  shown: ShownPosition,
  watermark: unknown,
  text: string,
  order: PositionOrder,
): void {
  const isBelow = (a: unknown, b: unknown): boolean => order.relation(a, b) === 'reached';
  if (shown.text !== '' && isBelow(watermark, shown.position)) return;
  // The first watermark behind a new barrier may be of another lineage.
  const follows = shown.orphaned || isBelow(shown.position, watermark);
  if (!follows) shown.doubted = true;
  shown.position = watermark;
  shown.text = text;
  shown.relations = new WatermarkRelations(order, watermark);
  shown.orphaned = false;
  shown.beyond = shown.beyond.filter((position) => !isBelow(position, watermark));
}

/** The last monitor is gone: the next one brings a barrier that covers all that was closed. */
export function orphanShown(shown: ShownPosition): void {
  shown.orphaned = true;
  shown.doubted = false;
  shown.beyond = [];
}

interface Place {
  readonly layout: StoreLayout;
  readonly bit: number;
  readonly shown: ShownPosition;
}

/** A branch closed in these places, by whatever means. */
export function noteClosed(replicas: readonly Place[], branch: Branch, places: number): void {
  const { order } = branch.layout.definition;
  if (branch.aborted || order === undefined) return;
  for (const { layout, bit, shown } of replicas) {
    if (layout === branch.layout && (places & bit) !== 0) noteOne(shown, branch, order);
  }
}

function noteOne(shown: ShownPosition, branch: Branch, order: PositionOrder): void {
  if (shown.relations?.of(branch) === 'reached') return;
  const { parsedPosition: position } = branch;
  const isBelow = (a: unknown, b: unknown): boolean => order.relation(a, b) === 'reached';
  if (position === undefined) {
    shown.doubted = true;
    return;
  }
  if (shown.beyond.some((one) => isBelow(position, one))) return;
  shown.beyond = [...shown.beyond.filter((one) => !isBelow(one, position)), position];
  if (shown.beyond.length > BEYOND_COUNT_MAX) {
    shown.beyond = [];
    shown.doubted = true;
  }
}
