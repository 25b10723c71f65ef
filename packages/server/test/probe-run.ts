/** A monitor's schedule against a replica and a primary in virtual time. Nothing here decides anything. */
import { type ProbeRound, ProbeSchedule } from '../src/monitor/probe-schedule.js';

/** A write, on the clock of the run. */
export interface VirtualWrite {
  readonly key: string;
  readonly writtenAtMs: number;
  /** When the replica shows it, unless it shows a later write of the key by then. */
  readonly arrivesAtMs: number;
  /** Default: at once. Infinity: the client never confirms. */
  readonly overdueAtMs?: number;
  /** Nobody opened a branch for it. */
  readonly isForeign?: boolean;
}

export interface ProbeRun {
  /** By number of the write: when it was told to be visible. */
  readonly foundAtMs: ReadonlyMap<number, number>;
  readonly tracelessAtMs: ReadonlyMap<number, number>;
  /** At the replica, and at the primary. */
  readonly lookupCount: number;
  readonly targetCount: number;
  readonly roundCount: number;
}

const ROUND_TRIP_MS = 2;

/** Runs until every branch is found, or until `endMs`. Writes are in order of `writtenAtMs`. */
export function runProbes(writes: readonly VirtualWrite[], endMs: number): ProbeRun {
  const schedule = new ProbeSchedule();
  const events = writes
    .flatMap(({ writtenAtMs, overdueAtMs = writtenAtMs, isForeign = false }, index) =>
      isForeign
        ? []
        : [
            { atMs: writtenAtMs, index, overdue: overdueAtMs <= writtenAtMs },
            ...(overdueAtMs > writtenAtMs && overdueAtMs < Infinity
              ? [{ atMs: overdueAtMs, index, overdue: true }]
              : []),
          ],
    )
    .sort((a, b) => a.atMs - b.atMs);
  const foundAtMs = new Map<number, number>();
  const tracelessAtMs = new Map<number, number>();
  const counts = { lookupCount: 0, targetCount: 0, roundCount: 0 };
  const markerOf = createMarkerOf(writes);
  const markersAt = ({ keys }: ProbeRound, nowMs: number, at: 'replica' | 'primary'): string[] =>
    keys.map(({ bytes }) => markerOf(Buffer.from(bytes).toString(), nowMs, at));
  let nowMs = 0;
  while (nowMs <= endMs && (events.length > 0 || schedule.size > 0)) {
    for (let event = events[0]; event && event.atMs <= nowMs; event = events[0]) {
      events.shift();
      if (foundAtMs.has(event.index)) continue;
      const keys = [Buffer.from(writes[event.index]?.key ?? '')];
      const bid = String(event.index);
      const open = { bid, position: '', keys, ageMs: 0, marker: '', overdue: event.overdue };
      schedule.insert(open, nowMs, 0);
    }
    for (const at of ['replica', 'primary'] as const) {
      const isProbe = at === 'replica';
      const round = isProbe ? schedule.takeProbes(nowMs) : schedule.takeTargets(nowMs);
      if (round.keys.length === 0) continue;
      const markers = markersAt(round, nowMs, at);
      nowMs += ROUND_TRIP_MS;
      const findings = isProbe
        ? schedule.takeMarkers(round, round.keys, markers, nowMs)
        : schedule.settleTargets(round, markers, nowMs);
      if (isProbe) schedule.settleProbes(round, nowMs);
      counts.roundCount++;
      counts[isProbe ? 'lookupCount' : 'targetCount'] += round.keys.length;
      for (const bid of findings.visible) foundAtMs.set(Number(bid), nowMs);
      for (const bid of findings.traceless) tracelessAtMs.set(Number(bid), nowMs);
    }
    const nextMs = Math.min(
      schedule.nextProbeAtMs,
      schedule.nextTargetAtMs,
      events[0]?.atMs ?? Infinity,
    );
    nowMs = Math.max(nowMs, nextMs);
  }
  return { foundAtMs, tracelessAtMs, ...counts };
}

/** What a key shows: the last of its writes that is there. */
export function createMarkerOf(
  writes: readonly VirtualWrite[],
): (key: string, nowMs: number, at: 'replica' | 'primary') => string {
  const byKey = new Map<string, [number, VirtualWrite][]>();
  for (const entry of writes.entries()) {
    const { key } = entry[1];
    byKey.set(key, [...(byKey.get(key) ?? []), entry]);
  }
  return (key, nowMs, at) => {
    const last = byKey.get(key)?.findLast(([, write]) => {
      const sinceMs = at === 'primary' ? write.writtenAtMs : write.arrivesAtMs;
      return sinceMs <= nowMs;
    });
    return last === undefined ? '' : String(last[0]);
  };
}
