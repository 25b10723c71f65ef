/**
 * Measures what a wrapped client costs beside the bare one, per datastore and distance.
 *
 *   function (eu) ══ link ══▶ primary      function (us) ══ link ══▶ replica
 *        ╚══ link ══▶ node (eu)                 ╚══ link ══▶ node (us)
 */
import { RendezvousError } from '@rendezvous/protocol';
import { startDemoProcess, type DemoProcess } from '../demo/demo-process.js';
import { describeMachine } from '../demo/machine.js';
import { startNodes, type Nodes } from '../demo/nodes.js';
import type { Progress } from '../demo/progress.js';
import type { StorePair } from '../demo/stores/demo-store.js';
import { loadDemoStore, type DemoStoreName } from '../demo/stores/load-demo-store.js';
import { findMeasuredProgram } from './measured-program.js';
import type { FunctionContract, OverheadMeasure, WrittenPost } from './overhead-contracts.js';
import type { OverheadResult, OverheadSample } from './overhead-result.js';
import { startLinks } from './start-links.js';

/** Each function's bare clients and its wrapped one, and some to spare. */
const CONNECTION_COUNT = 20;
const POSTS = 100;
/** The whole of a measurement. */
const ANSWER_TIMEOUT_MS = 10 * 60_000;

export interface OverheadOptions {
  readonly stores: readonly DemoStoreName[];
  /** Leaves out a store that this machine does not have, and says so. */
  readonly availableOnly: boolean;
  readonly rttsMs: readonly number[];
  /** Per comparison and client. */
  readonly operations: number;
  readonly progress: Progress;
  /** Ends the benchmark: everything it started is gone before it rejects. */
  readonly signal: AbortSignal;
}

export async function runOverhead(options: OverheadOptions): Promise<OverheadResult> {
  const samples: OverheadSample[] = [];
  const versions: string[] = [];
  for (const store of options.stores) {
    const demoStore = await loadDemoStore(store);
    const { product } = demoStore;
    options.progress.step(`Starting ${product}`);
    await using pair = await demoStore
      .startPair(CONNECTION_COUNT)
      .catch((error: unknown) => leaveOut(store, error, options));
    if (pair === undefined) continue;
    versions.push(`${product} ${pair.version}`);
    await pair.lag.setDelay(0);
    await using nodes = await startNodes({ kind: store, pair }, options.signal);
    for (const rttMs of options.rttsMs) {
      samples.push(...(await measureAtDistance({ store, pair, nodes, rttMs }, options)));
    }
  }
  if (samples.length === 0) {
    throw new RendezvousError('config_invalid', 'no datastore to measure is installed here');
  }
  return { samples, versions, machine: describeMachine() };
}

function leaveOut(store: string, error: unknown, options: OverheadOptions): undefined {
  const { code, message } = RendezvousError.from(error);
  if (!options.availableOnly || code !== 'config_invalid') throw error;
  options.progress.note(`${store} is left out: ${message}`);
}

interface Distance {
  readonly store: DemoStoreName;
  readonly pair: StorePair;
  readonly nodes: Nodes;
  readonly rttMs: number;
}

async function measureAtDistance(
  { store, pair, nodes, rttMs }: Distance,
  { operations, progress, signal }: OverheadOptions,
): Promise<OverheadSample[]> {
  await using eu = await startFunction(store, 'eu', [pair.primary.url, nodes.eu], rttMs, signal);
  await using us = await startFunction(store, 'us', [pair.replica.url, nodes.us], rttMs, signal);
  const samples: OverheadSample[] = [];
  const measure = async (
    child: DemoProcess<FunctionContract>,
    name: OverheadMeasure,
    posts: readonly WrittenPost[],
  ): Promise<void> => {
    progress.step(`${store}, ${name}, RTT ${rttMs} ms`);
    const times = await child.request('measure', { measure: name, count: operations, posts });
    samples.push({ store, measure: name, rttMs, times });
  };
  await measure(eu.child, 'controlWrite', []);
  await measure(eu.child, 'write', []);
  const posts = await eu.child.request('prepare', { count: POSTS });
  await us.child.request('await', { posts });
  for (const name of ['controlRead', 'controlPing', 'read', 'readClosed'] as const) {
    await measure(us.child, name, posts);
  }
  return samples;
}

interface LinkedFunction extends AsyncDisposable {
  readonly child: DemoProcess<FunctionContract>;
}

async function startFunction(
  store: DemoStoreName,
  region: string,
  urls: readonly [database: string, node: string],
  rttMs: number,
  signal: AbortSignal,
): Promise<LinkedFunction> {
  const links = await startLinks(urls, rttMs, signal);
  try {
    const [databaseUrl = '', node = ''] = links.urls;
    const child = await startDemoProcess<FunctionContract>({
      program: await findMeasuredProgram('overhead-process'),
      setup: { store, databaseUrl, node, region },
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      signal,
    });
    return {
      child,
      [Symbol.asyncDispose]: async () => {
        await child.shutdown();
        await links[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await links[Symbol.asyncDispose]();
    throw error;
  }
}
