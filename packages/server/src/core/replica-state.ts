/**
 * What this node knows of one replica that it must watch: who watches it, and how far it is.
 *
 *             attach                    watermark ≥ barrier
 *   LOST ───────────────▶ BEHIND ──────────────────────────────▶ READY
 *     ▲                     │                                      │
 *     └─────────────────────┴──────────────────────────────────────┘
 *        the monitor's session ends, or the replica goes back
 *
 * Waits hold while the replica is not READY, which takes every monitor's word. Whatever happened to it while nobody watched (a
 * restart from an older copy, a failover, a new replica under the old name), it is past the barrier,
 * a position of the primary read after the monitor had connected: everything that was ever closed
 * here is visible here again (rules 11, 21). The last watermark dies with its connection.
 */
import type { PositionOrder } from '@rendezvous/protocol';
import type { Branch } from './branch.js';
import type { Announced } from './announced.js';
import { raiseShown, type ShownPosition } from './shown-position.js';
import type { StoreLayout } from './store-layout.js';
import { WatermarkRelations } from './watermark-relations.js';

export interface ReplicaState {
  readonly layout: StoreLayout;
  readonly region: string;
  readonly name: string;
  readonly bit: number;
  readonly attachments: Set<Attachment>;
  /** Of a store with markers: the lineage that was last attached to; undefined since the start. */
  lineage: string | undefined;
  readonly shown: ShownPosition;
  /** When the last monitor went, or the node started. */
  lostAtMs: number;
  /** Since when it is READY; undefined while it is not. */
  readySinceMs: number | undefined;
}

/** One monitor's work on one replica. */
export interface Attachment {
  readonly session: number;
  readonly id: number;
  readonly replica: ReplicaState;
  readonly barrier: unknown;
  readonly barrierText: string;
  watermark: unknown;
  watermarkText: string;
  /** How branches stand to the watermark; undefined while there is none. */
  relations: WatermarkRelations | undefined;
  /** Branches open at the replica when the watermark last advanced, and those opened since. */
  branchesOpen: number;
  readonly announced: Announced;
  /** The watermark has passed the barrier. */
  passed: boolean;
  /** Branches still to be held against the watermark; undefined when it reached no more. */
  scan: WatermarkScan | undefined;
}

/** Goes through a store's branches, a bounded number of closes at a time. */
export interface WatermarkScan {
  readonly branches: Iterator<Branch, undefined>;
  /** Of those seen, the ones that stay open. */
  openCount: number;
}

/**
 * Takes in a watermark. `regressed` means that the replica is not the one that it was: it went
 * back, or changed its lineage so that old and new positions do not compare. The attachment is then
 * void, and a new one needs a new barrier.
 */
export function observeWatermark(
  attachment: Attachment,
  watermark: unknown,
  text: string,
  order: PositionOrder,
): 'advanced' | 'unchanged' | 'regressed' {
  if (text === attachment.watermarkText) return 'unchanged';
  const isKnown = attachment.watermarkText !== '';
  if (isKnown && order.relation(attachment.watermark, watermark) !== 'reached') return 'regressed';
  const barrierRelation = order.relation(attachment.barrier, watermark);
  if (barrierRelation === 'cut_off') return 'regressed';
  attachment.watermark = watermark;
  attachment.watermarkText = text;
  attachment.relations = new WatermarkRelations(order, watermark);
  raiseShown(attachment.replica.shown, watermark, text, order);
  attachment.passed ||= barrierRelation === 'reached';
  return 'advanced';
}

/**
 * Works out anew whether the replica is READY: somebody watches it, and no monitor saw a reason to
 * doubt it that is not settled. A monitor that is gone without our knowing must not vouch for a
 * replica that its successor has just found behind its barrier. Returns whether that changed.
 */
export function refreshReadiness(replica: ReplicaState, nowMs: number): boolean {
  const attachments = [...replica.attachments];
  const isReady = attachments.length > 0 && attachments.every(({ passed }) => passed);
  if (isReady === (replica.readySinceMs !== undefined)) return false;
  replica.readySinceMs = isReady ? nowMs : undefined;
  return true;
}
