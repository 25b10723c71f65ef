/**
 * The one way in which a branch's state changes: places close, waits wake, owners are told, entries
 * are collected.
 *
 *    OPEN somewhere ──▶ CLOSED everywhere ──▶ every owner told ──▶ gone
 *                        │ own journal's entry collected
 *
 * An entry goes singly, once every named region has reported the close, never by age (rule 20); so
 * a request that is unknown later was closed (rule 6), unless it was given up (rule 7).
 */
import type { ReportClosed } from '@rendezvous/protocol';
import { type Branch, closePlaces, isClosed, isOpenIn } from './branch.js';
import type { CoreState } from './core-state.js';
import type { OwedReports, PeerState } from './peer-state.js';
import { noteClosed } from './shown-position.js';
import { wake } from './waiting.js';

/** One frame's worth; the rest follows when the peer has acknowledged. */
const REPORT_BID_COUNT_MAX = 10_000;

/** These places have the branch now. Closing twice is the same as once. */
export function close(state: CoreState, branch: Branch, places: number, nowMs: number): void {
  const news = closePlaces(branch, places);
  if (news === 0) return;
  noteClosed(state.replicas, branch, news);
  let isClosedHere = false;
  for (const region of branch.layout.regions.values()) {
    if ((news & region.mask) === 0 || isOpenIn(branch, region.mask)) continue;
    if (!region.served) continue;
    isClosedHere = true;
    if (!branch.aborted) {
      const lagMs = nowMs - branch.insertedAtMs;
      state.lags.observe(region, lagMs);
      state.observer.branchClosed(branch.layout.name, region.name, lagMs);
    }
    for (const spot of branch.spots) owe(state, branch, spot.journal, region.name);
  }
  if (isClosedHere) {
    state.recent.record(branch.rid, nowMs);
    wake(state, branch, nowMs);
  }
  release(state, branch);
}

/** The owner of this journal must learn that the branch closed in a region of ours. */
export function owe(state: CoreState, branch: Branch, journal: string, region: string): void {
  const peer = state.peers.get(state.journals.get(journal)?.peer ?? '');
  if (peer?.journal !== journal) return;
  const key = `${journal}/${region}`;
  const owed = peer.owed.get(key) ?? { journal, region, branches: new Map(), sent: undefined };
  peer.owed.set(key, owed);
  const { bid, row } = branch;
  if (owed.branches.get(bid) === row) return;
  owed.branches.set(bid, row);
  branch.reportsOwed++;
}

/** Forgets a branch that nothing needs any more. */
export function release(state: CoreState, branch: Branch): void {
  if (!isClosed(branch)) return;
  collect(state, branch);
  if (branch.reportsOwed === 0) forget(state, branch);
}

/** Takes a branch out of everything that is kept in memory. */
export function forget(state: CoreState, branch: Branch): void {
  if (branch.lease) state.leases.remove(branch.lease);
  state.table.delete(branch);
}

/** Takes the own journal's entry out, if there is one. */
export function collect(state: CoreState, branch: Branch): void {
  const sequence = state.journal.sequenceOf(branch);
  if (sequence === 0 || branch.collected) return;
  branch.collected = true;
  state.journal.collect(sequence);
  state.records.push({ kind: 'collect', sequence });
}

/** Sends what is owed to connected peers, one report per journal and region at a time. */
export function sendReports(state: CoreState): void {
  for (const peer of state.peers.values()) {
    if (!peer.connected) continue;
    for (const owed of peer.owed.values()) {
      if (owed.sent !== undefined || owed.branches.size === 0) continue;
      const bids = firstOf(owed.branches.keys(), REPORT_BID_COUNT_MAX);
      owed.sent = bids;
      const { journal, region } = owed;
      const report: ReportClosed = { kind: 'reportClosed', journal, region, bids };
      state.effects.push({ kind: 'report', peer: peer.name, report });
    }
  }
}

/** The peer has taken a report in. */
export function settleReport(state: CoreState, peer: PeerState, report: ReportClosed): void {
  const owed = peer.owed.get(`${report.journal}/${report.region}`);
  if (owed?.sent === undefined) return;
  settle(state, owed, owed.sent);
  owed.sent = undefined;
}

/** The peer's journal was replaced: nobody is left to tell about the old one. */
export function forgetReports(state: CoreState, peer: PeerState): void {
  for (const owed of peer.owed.values()) settle(state, owed, [...owed.branches.keys()]);
  peer.owed.clear();
}

/** The owner of a region's branches says that they closed there. */
export function receiveReport(state: CoreState, report: ReportClosed, nowMs: number): void {
  if (report.journal !== state.journal.id) return;
  for (const bid of report.bids) {
    const branch = state.table.get(bid);
    const region = branch?.layout.regions.get(report.region);
    // Of what stands in another node's journal, that node is told.
    if (!branch || state.journal.sequenceOf(branch) === 0) continue;
    if (region) close(state, branch, region.mask, nowMs);
  }
}

function settle(state: CoreState, owed: OwedReports, bids: readonly string[]): void {
  for (const bid of bids) {
    const branch = state.table.at(owed.branches.get(bid) ?? 0);
    owed.branches.delete(bid);
    if (!branch) continue;
    branch.reportsOwed--;
    release(state, branch);
  }
}

function firstOf<T>(values: Iterable<T>, countMax: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length === countMax) break;
    taken.push(value);
  }
  return taken;
}
