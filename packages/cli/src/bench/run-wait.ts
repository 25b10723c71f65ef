/** `bench wait`: a node, and a process that waits at it. */
import { tmpdir } from 'node:os';
import { startDemoProcess } from '../demo/demo-process.js';
import type { Progress } from '../demo/progress.js';
import { LatencyHistogram } from './latency-histogram.js';
import { startMeasuredNode } from './measured-node.js';
import { findMeasuredProgram } from './measured-program.js';
import type { NodeUsage } from './open-contracts.js';
import type { ClosedReport, WaitContract } from './wait-contracts.js';

/** More would only repeat what is known. */
const ROUNDS_MAX = 300;
const ROUNDS_MIN = 5;
/** Waits that are woken per number of waiters, about. */
const WAKES = 30_000;
const WARM_UP_ROUNDS = 20;
const WARM_UP_WAITERS = 100;
const CLOSED_DEPTH = 200;
const ANSWER_TIMEOUT_MS = 600_000;

export interface WaitOptions {
  /** How many waits one close ends; each is measured. */
  readonly waiters: readonly number[];
  readonly closedDurationMs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface WokenWaits {
  readonly waiters: number;
  readonly rounds: number;
  readonly wakes: LatencyHistogram;
  readonly allWokenMs: readonly number[];
}

export interface WaitRun {
  readonly woken: readonly WokenWaits[];
  readonly closed: ClosedReport;
  /** Of the node while it answered waits for what is closed. */
  readonly node: NodeUsage;
}

/** Rejects when a wait is answered with anything but `consistent`. */
export async function runWait(options: WaitOptions): Promise<WaitRun> {
  const { waiters, closedDurationMs, progress, signal } = options;
  progress.step('Starting a node');
  await using node = await startMeasuredNode({
    journal: 'memory',
    storeCount: 1,
    regions: ['eu', 'us'],
    parentDirectory: tmpdir(),
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    signal,
  });
  await using load = await startDemoProcess<WaitContract>({
    program: await findMeasuredProgram('wait-load-process'),
    setup: { url: node.url },
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    signal,
  });
  await load.request('wake', { waiters: WARM_UP_WAITERS, rounds: WARM_UP_ROUNDS });
  const woken: WokenWaits[] = [];
  for (const count of waiters) {
    const rounds = Math.min(ROUNDS_MAX, Math.max(ROUNDS_MIN, Math.ceil(WAKES / count)));
    progress.step(`${count} waiting, ${rounds} closes`);
    const report = await load.request('wake', { waiters: count, rounds });
    const wakes = new LatencyHistogram();
    wakes.merge(report.latencyCounts);
    woken.push({ waiters: count, rounds, wakes, allWokenMs: report.allWokenMs });
  }
  progress.step('Waits for what is closed');
  await load.request('closed', { depth: CLOSED_DEPTH, durationMs: closedDurationMs / 4 });
  await node.child.request('begin', null);
  const closed = await load.request('closed', {
    depth: CLOSED_DEPTH,
    durationMs: closedDurationMs,
  });
  return { woken, closed, node: await node.child.request('end', null) };
}
