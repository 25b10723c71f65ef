/**
 * `bench sessions`: many idle clients at one node, which is then killed and started again at the same
 * address; every client comes back by itself.
 */
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@rendezvous/client/session';
import { RendezvousError } from '@rendezvous/protocol';
import { monotonicMs } from '../demo/monotonic-clock.js';
import type { Progress } from '../demo/progress.js';
import { startDemoProcesses } from '../demo/start-processes.js';
import { startMeasuredNode, type MeasuredNode, type MeasuredNodeOptions } from './measured-node.js';
import { findMeasuredProgram } from './measured-program.js';
import { splitEvenly } from './open-plan.js';
import type { ClientsContract } from './sessions-contracts.js';

/** So many file descriptors a process may need beside its sessions. */
const DESCRIPTORS_EXTRA = 200;
const CLIENTS_PER_PROCESS_MAX = 5_000;
const POLL_INTERVAL_MS = 20;
const RETURN_TIMEOUT_MS = 120_000;
const ANSWER_TIMEOUT_MS = 300_000;

export interface SessionsOptions {
  readonly sessions: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface SessionsRun {
  readonly sessions: number;
  readonly connectMs: number;
  readonly rssIdleBytes: number;
  readonly rssConnectedBytes: number;
  /** How long the node was away: nobody could come back meanwhile. */
  readonly awayMs: number;
  /** When each session was back, after the node was. */
  readonly returnMs: readonly number[];
}

/** Throws `config_invalid` when a process may not have so many connections. */
export async function runSessions(options: SessionsOptions): Promise<SessionsRun> {
  const { sessions, progress, signal } = options;
  checkDescriptors(sessions);
  progress.step('Starting a node');
  const nodeOptions: MeasuredNodeOptions = {
    journal: 'memory',
    storeCount: 1,
    regions: ['eu'],
    parentDirectory: tmpdir(),
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    signal,
  };
  await using first = await startMeasuredNode(nodeOptions);
  const { rssBytes: rssIdleBytes } = await first.child.request('memory', null);
  progress.step(`Connecting ${sessions} clients`);
  const startedAtMs = monotonicMs();
  await using _clients = await startClients(first.url, sessions, signal);
  const connectMs = monotonicMs() - startedAtMs;
  await untilBack(first, sessions, signal);
  const { rssBytes: rssConnectedBytes } = await first.child.request('memory', null);
  progress.step('Starting the node again');
  const killedAtMs = monotonicMs();
  await first.child.shutdown();
  const port = Number(new URL(first.url).port);
  await using second = await startMeasuredNode({ ...nodeOptions, port });
  const awayMs = monotonicMs() - killedAtMs;
  progress.step('Waiting for the clients');
  const returnMs = await untilBack(second, sessions, signal);
  return { sessions, connectMs, rssIdleBytes, rssConnectedBytes, awayMs, returnMs };
}

async function startClients(
  url: string,
  sessions: number,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const program = await findMeasuredProgram('sessions-process');
  const shares = splitEvenly(sessions, Math.ceil(sessions / CLIENTS_PER_PROCESS_MAX));
  return startDemoProcesses<ClientsContract>(
    shares.map((count) => ({
      program,
      setup: { url, count },
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      signal,
    })),
  );
}

/** Asks the node how many sessions it has until all are there; resolves with when each was seen first. */
async function untilBack(
  node: MeasuredNode,
  sessions: number,
  signal: AbortSignal,
): Promise<number[]> {
  const startedAtMs = monotonicMs();
  const connection = await connect({
    endpoint: node.url,
    namespace: 'default',
    role: 'reader',
    region: 'eu',
    agent: 'rendezvous bench sessions',
    connectTimeoutMs: RETURN_TIMEOUT_MS,
  });
  try {
    const seenMs: number[] = [];
    while (seenMs.length < sessions) {
      const status = await connection.request({ kind: 'status' });
      if (status.kind !== 'statusAnswer') throw new Error(`status was answered ${status.kind}`);
      const nowMs = monotonicMs() - startedAtMs;
      // One of them is this one.
      for (let count = seenMs.length; count < status.sessions - 1; count++) seenMs.push(nowMs);
      if (seenMs.length < sessions && nowMs > RETURN_TIMEOUT_MS) {
        const problem = `${seenMs.length} of ${sessions} clients came back`;
        throw new RendezvousError('store_failed', `${problem} in ${RETURN_TIMEOUT_MS} ms`);
      }
      await pause(POLL_INTERVAL_MS, undefined, { signal });
    }
    return seenMs;
  } finally {
    connection.shutdown();
  }
}

/** Each session is a file descriptor of the node's process. */
function checkDescriptors(sessions: number): void {
  const limit = descriptorLimit();
  if (sessions + DESCRIPTORS_EXTRA <= limit) return;
  throw new RendezvousError(
    'config_invalid',
    `--sessions ${sessions} needs ${sessions + DESCRIPTORS_EXTRA} file descriptors and a process may have ${limit}: raise it with "ulimit -n", or measure fewer`,
  );
}

function descriptorLimit(): number {
  const text = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return text === 'unlimited' ? Infinity : Number(text);
}
