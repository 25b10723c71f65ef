/**
 * `bench memory`: a node is filled with open branches, all are closed, and a little traffic goes on.
 *
 *   idle ──▶ opens, as fast as they go ──▶ peak ──▶ one watermark closes all ──▶ 100 opens/s, closed at once
 */
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, connect } from '@rendezvous/client/session';
import { RendezvousError } from '@rendezvous/protocol';
import { monotonicMs } from '../demo/monotonic-clock.js';
import type { Progress } from '../demo/progress.js';
import { countOpen } from './count-open.js';
import { startMeasuredNode, type MeasuredNode } from './measured-node.js';
import { startGenerators, type Generators } from './open-generators.js';
import { OPEN_POSITION_MAX } from './open-frames.js';
import type { OpenJournalName } from './open-journal.js';
import { attachMonitor } from './wait-load.js';

const LOAD = { connections: 5, depth: 200, storesPerRequest: 1 } as const;
const FILL_TIMEOUT_MS = 600_000;
const TRAFFIC_PER_SEC = 100;
const SAMPLE_INTERVAL_MS = 1_000;

export interface MemoryOptions {
  readonly branches: number;
  readonly journal: OpenJournalName;
  /** How long traffic goes on after the last close. */
  readonly afterMs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface MemorySample {
  /** Since the last close. */
  readonly atMs: number;
  readonly rssBytes: number;
}

export interface MemoryRun {
  readonly branches: number;
  readonly rssIdleBytes: number;
  readonly rssPeakBytes: number;
  /** In order; the last is what is left. */
  readonly after: readonly MemorySample[];
}

/** Rejects when the node does not hold, or not close, what it was given. */
export async function runMemory(options: MemoryOptions): Promise<MemoryRun> {
  const { branches, journal, afterMs, progress, signal } = options;
  progress.step('Starting a node');
  const answerTimeoutMs = FILL_TIMEOUT_MS + afterMs;
  await using node = await startMeasuredNode({
    journal,
    storeCount: 1,
    regions: ['eu', 'us'],
    parentDirectory: tmpdir(),
    answerTimeoutMs,
    signal,
  });
  const startLoad = (load: typeof LOAD & { ratePerSec: number | null }): Promise<Generators> =>
    startGenerators({ url: node.url, load, count: 1, answerTimeoutMs, signal });
  const monitor = await connect({
    endpoint: node.url,
    namespace: 'default',
    role: 'monitor',
    region: 'us',
    agent: 'rendezvous bench memory',
    silenceMsMax: FILL_TIMEOUT_MS,
  });
  try {
    const attach = await attachMonitor(monitor);
    const { rssBytes: rssIdleBytes } = await node.child.request('memory', null);
    progress.step(`Opening ${branches} branches`);
    await using filling = await startLoad({ ...LOAD, ratePerSec: null });
    await filling.apply(FILL_TIMEOUT_MS, branches);
    await expectOpen(monitor, branches);
    progress.step('Closing all of them');
    const body = { kind: 'watermark', attach, position: OPEN_POSITION_MAX } as const;
    await monitor.request({ ...body, announcements: 0 });
    await untilClosed(monitor, signal);
    await using traffic = await startLoad({ ...LOAD, ratePerSec: TRAFFIC_PER_SEC });
    const trickling = traffic.apply(afterMs, Infinity);
    const after = await sample(node, afterMs, progress, signal);
    await trickling;
    const { rssPeakBytes } = await node.child.request('memory', null);
    return { branches, rssIdleBytes, rssPeakBytes, after };
  } finally {
    monitor.shutdown();
  }
}

async function sample(
  node: MeasuredNode,
  afterMs: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<MemorySample[]> {
  progress.step(`${TRAFFIC_PER_SEC} opens a second`);
  const closedAtMs = monotonicMs();
  const samples: MemorySample[] = [];
  const count = Math.max(1, Math.round(afterMs / SAMPLE_INTERVAL_MS));
  for (let taken = 0; taken <= count; taken++) {
    const { rssBytes } = await node.child.request('memory', null);
    samples.push({ atMs: Math.round(monotonicMs() - closedAtMs), rssBytes });
    progress.advance(taken, count);
    if (taken < count) await pause(SAMPLE_INTERVAL_MS, undefined, { signal });
  }
  return samples;
}

async function expectOpen(monitor: Connection, branches: number): Promise<void> {
  const open = await countOpen(monitor);
  if (open === branches) return;
  throw new RendezvousError('store_failed', `of ${branches} branches ${open} are open`);
}

async function untilClosed(monitor: Connection, signal: AbortSignal): Promise<void> {
  while ((await countOpen(monitor)) > 0) await pause(10, undefined, { signal });
}
