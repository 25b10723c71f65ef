/** What a node knows of itself, for operators. Changes nothing. */
import type {
  JournalStatus,
  RegionStatus,
  ReplicaStatus,
  StatusAnswer,
} from '@rendezvous/protocol';
import { isOpenIn } from './branch.js';
import type { CoreState } from './core-state.js';
import type { StoreLayout } from './store-layout.js';

/** `sessions` is the host's to know; the core leaves it 0. */
export function statusOf(state: CoreState, nowMs: number): StatusAnswer {
  return {
    kind: 'statusAnswer',
    nodeId: state.nodeId,
    namespace: state.namespace,
    uptimeMs: Math.round(nowMs - state.startedAtMs),
    horizon: state.horizon,
    journals: journalsOf(state),
    replicas: replicasOf(state),
    regions: [...state.stores.values()].flatMap((layout) => regionsOf(state, layout, nowMs)),
    waitsBlocked: state.waits.size,
    sessions: 0,
  };
}

function journalsOf(state: CoreState): JournalStatus[] {
  return [...state.journals.values()].map(({ journal, peer, applied, head }) => ({
    journal,
    own: peer === '',
    applied,
    head,
    peer,
    connected:
      peer === '' ||
      (state.peers.get(peer)?.connected === true && state.peers.get(peer)?.journal === journal),
  }));
}

function replicasOf(state: CoreState): ReplicaStatus[] {
  return state.replicas.map((replica) => {
    const [attachment] = replica.attachments;
    return {
      store: replica.layout.name,
      region: replica.region,
      replica: replica.name,
      monitored: replica.attachments.size > 0,
      position: attachment?.watermarkText ?? '',
      barrier: attachment?.passed === false ? attachment.barrierText : '',
    };
  });
}

function regionsOf(state: CoreState, layout: StoreLayout, nowMs: number): RegionStatus[] {
  return [...layout.regions.values()]
    .filter((region) => region.name !== layout.home)
    .map((region) => {
      let branchesOpen = 0;
      let oldestAgeMs = 0;
      for (const branch of state.table.ofStore(layout)) {
        if (!isOpenIn(branch, region.mask)) continue;
        branchesOpen++;
        oldestAgeMs = Math.max(oldestAgeMs, Math.round(nowMs - branch.insertedAtMs));
      }
      return { store: layout.name, region: region.name, branchesOpen, oldestAgeMs };
    });
}
