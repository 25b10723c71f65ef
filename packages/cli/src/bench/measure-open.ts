/**
 * One measurement: a node of its own, load generators of their own, a warm-up, then the load.
 *
 *   generators ══ WebSockets on loopback ══▶ node ──▶ journal
 *        ▲ load                                ▲ begin, end
 *        └──────────── this process ───────────┘
 */
import { connect } from '@rendezvous/client/session';
import { countOpen } from './count-open.js';
import { startGenerators } from './open-generators.js';
import { startMeasuredNode } from './measured-node.js';
import type { OpenJournalName } from './open-journal.js';
import type { OpenLoad } from './open-plan.js';
import type { OpenRun } from './open-result.js';
import { beginProcessorUsage } from './processor-usage.js';

const WARM_UP_MS = 1_000;
const WARM_UP_BRANCHES_MAX = 150_000;
/** The node refuses to hold more than 1,000,000; the warm-up's count, too. */
const BRANCHES_MAX = 800_000;
/** Beyond the time of the load itself. */
const ANSWER_GRACE_MS = 60_000;

export interface MeasureOptions {
  readonly load: OpenLoad;
  readonly journal: OpenJournalName;
  readonly durationMs: number;
  /** Undefined: as many as a node holds. */
  readonly opensMax: number | undefined;
  readonly generators: number;
  /** Where the node's temporary directory goes. */
  readonly parentDirectory: string;
  /** Everything is gone before the rejection. */
  readonly signal: AbortSignal;
}

/** Rejects when the node refuses an open, or a process fails. */
export async function measureOpen(options: MeasureOptions): Promise<OpenRun> {
  const { load, durationMs, opensMax = Infinity } = options;
  const { storesPerRequest } = load;
  await using node = await startMeasuredNode({
    journal: options.journal,
    storeCount: storesPerRequest,
    regions: ['eu'],
    parentDirectory: options.parentDirectory,
    answerTimeoutMs: durationMs + ANSWER_GRACE_MS,
    signal: options.signal,
  });
  await using generators = await startGenerators({
    url: node.url,
    load,
    count: options.generators,
    answerTimeoutMs: durationMs + ANSWER_GRACE_MS,
    signal: options.signal,
  });
  const limit = (branches: number): number =>
    Math.min(opensMax, Math.floor(branches / storesPerRequest));
  const warmUp = await generators.apply(WARM_UP_MS, limit(WARM_UP_BRANCHES_MAX));
  await node.child.request('begin', null);
  const finishProcessors = beginProcessorUsage();
  const result = await generators.apply(durationMs, limit(BRANCHES_MAX));
  const processorsBusy = finishProcessors();
  const usage = await node.child.request('end', null);
  const acknowledged = (warmUp.opens + result.opens) * storesPerRequest;
  return {
    ...result,
    node: usage,
    processorsBusy,
    branchesLost: acknowledged - (await countBranches(node.url)),
  };
}

/** The open branches that the node knows. */
async function countBranches(url: string): Promise<number> {
  const connection = await connect({
    endpoint: url,
    namespace: 'default',
    role: 'reader',
    region: 'eu',
    agent: 'rendezvous bench open',
  });
  try {
    return await countOpen(connection);
  } finally {
    connection.shutdown();
  }
}
