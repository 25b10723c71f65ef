import { expect, test } from 'vitest';
import { renderBenchPage } from './bench-report.js';
import { toMixedJson, toMixedReport, toVerdict } from './mixed-report.js';
import type { MixedRun } from './run-mixed.js';
import { SecondLog, type Latencies, type SecondReport } from './second-log.js';

function createLog(...latenciesMs: number[]): SecondReport {
  const log = new SecondLog();
  latenciesMs.forEach((latencyMs, second) => log.record(second * 1_000, latencyMs));
  return log.toReport(2);
}

const LATE: Latencies = { count: 4, p50: 0.5, p99: 1.5, p999: 2 };

function createRun(changes: Partial<MixedRun> = {}): MixedRun {
  return {
    options: {
      store: 'redis',
      ratePerSec: 3,
      writeShare: 0.25,
      freshShare: 0.1,
      durationMs: 2_000,
      lagMs: 100,
    },
    product: 'Redis',
    lagPlace: 'the link <to us>',
    version: '7',
    writes: createLog(0.1, 2),
    reads: createLog(0.25),
    blockedReads: createLog(80, 90),
    staleReads: 0,
    timedOut: 0,
    unanswered: 0,
    late: LATE,
    lateWrites: { ...LATE, p99: 0.75 },
    ...changes,
  };
}

test('scripts get percentiles of everything, and of each second', () => {
  expect(toMixedJson(createRun())).toMatchObject({
    store: 'redis',
    ratePerSec: 3,
    staleReads: 0,
    limitedBy: 'rate',
    startedLateMs: LATE,
    writes: { count: 2 },
    timeline: [
      { atMs: 0, writes: { count: 1, p50: 0.1 }, blockedReads: { count: 1 } },
      { atMs: 1_000, reads: { count: 0, p50: null } },
    ],
  });
});

test.each([
  [{}, 0, 'No read was stale.'],
  [{ staleReads: 2 }, 1, '2 stale reads got through.'],
  [{ timedOut: 1 }, 3, 'Proved nothing: 1 waits timed out.'],
  [{ unanswered: 4 }, 3, 'Proved nothing: 4 waits were not answered.'],
  [{ blockedReads: createLog() }, 3, 'Proved nothing: No read had to wait.'],
] as const)('with %j the exit code is %d', (changes, exitCode, line) => {
  expect(toVerdict(createRun(changes))).toEqual({ exitCode, lines: [line] });
});

test('a generator that starts operations late is named as the limit', () => {
  const run = createRun({ late: { ...LATE, p99: 11 } });
  expect(toMixedJson(run).limitedBy).toBe('generator');
  expect(toVerdict(run).lines[1]).toMatch(/load generator was the limit.*11.00 ms late/);
});

test('the page draws each kind of operation over time', () => {
  const page = renderBenchPage(toMixedReport(createRun()), 'today');
  expect(page.match(/<svg /g)).toHaveLength(3);
  expect(page).toContain('Reads that wait, p50 of each second');
  expect(page).not.toContain('<to us>');
});
