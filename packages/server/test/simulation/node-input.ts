/** Everything that a node core can be told, as data, so that whoever watches sees all of it. */
import type { Batch, ClientMessage, Inquire, Inquired, ReportClosed } from '@rendezvous/protocol';
import type { Effect } from '../../src/core/effect.js';
import type { NodeCore } from '../../src/core/node-core.js';

export type NodeInput =
  | { readonly kind: 'message'; readonly session: number; readonly message: ClientMessage }
  | { readonly kind: 'sessionEnded'; readonly session: number }
  | { readonly kind: 'synced'; readonly ticket: number }
  | { readonly kind: 'peerConnected'; readonly peer: string }
  | { readonly kind: 'peerDisconnected'; readonly peer: string }
  | { readonly kind: 'batch'; readonly peer: string; readonly batch: Batch }
  | { readonly kind: 'reportAcknowledged'; readonly peer: string; readonly report: ReportClosed }
  | {
      readonly kind: 'inquired';
      readonly peer: string;
      readonly inquiry: Inquire;
      readonly answer: Inquired;
    }
  | { readonly kind: 'tick' };

export interface CoreOutput {
  readonly effects: readonly Effect[];
  /** False when the core asks its host to end the connection to a peer. */
  readonly isSane: boolean;
}

export function give(core: NodeCore, input: NodeInput, nowMs: number): CoreOutput {
  if (input.kind === 'batch') return core.receiveBatch(input.peer, input.batch, nowMs);
  return { effects: effectsOf(core, input, nowMs), isSane: true };
}

function effectsOf(
  core: NodeCore,
  input: Exclude<NodeInput, { kind: 'batch' }>,
  nowMs: number,
): readonly Effect[] {
  switch (input.kind) {
    case 'message':
      return core.receive(input.session, input.message, nowMs);
    case 'sessionEnded':
      return core.endSession(input.session, nowMs);
    case 'synced':
      return core.journalSynced(input.ticket, nowMs);
    case 'peerConnected':
      return core.peerConnected(input.peer);
    case 'peerDisconnected':
      return core.peerDisconnected(input.peer);
    case 'reportAcknowledged':
      return core.reportAcknowledged(input.peer, input.report);
    case 'inquired':
      return core.receiveInquired(input.peer, input.inquiry, input.answer, nowMs);
    case 'tick':
      return core.tick(nowMs);
  }
}
