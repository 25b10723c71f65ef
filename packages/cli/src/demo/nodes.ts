/** The demo's two metadata nodes: `rendezvous serve` twice, as an operator would run them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '@rendezvous/client/session';
import { RendezvousError, type StatusAnswer } from '@rendezvous/protocol';
import { findFreePort, startReaper, type Reaper } from '@rendezvous/testkit';
import type { RendezvousConfig } from '../config/define-config.js';
import { withoutSettings } from './environment.js';
import type { StorePair } from './stores/demo-store.js';
import type { DemoStoreName } from './stores/load-demo-store.js';

/** Both ports must be known before either node starts, and somebody may take one until then. */
const LAUNCH_COUNT_MAX = 3;
const READY_TIMEOUT_MS = 30_000;
const END_TIMEOUT_MS = 5_000;
const POLL_INTERVAL_MS = 50;

export interface Nodes {
  /** The nodes' `ws://` URLs. */
  readonly eu: string;
  readonly us: string;
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The store of the posts, as the nodes' configuration names it. */
export interface MonitoredStore {
  readonly kind: DemoStoreName;
  readonly pair: StorePair;
}

/** Starts both nodes and resolves once they are linked and the replica in us is monitored. */
export async function startNodes(store: MonitoredStore, signal: AbortSignal): Promise<Nodes> {
  for (let count = 1; ; count++) {
    signal.throwIfAborted();
    try {
      return await launchNodes(store, signal);
    } catch (error) {
      if (signal.aborted || count === LAUNCH_COUNT_MAX) throw error;
    }
  }
}

async function launchNodes(store: MonitoredStore, signal: AbortSignal): Promise<Nodes> {
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-demo-'));
  const reaper = startReaper(directory);
  const children: ChildProcess[] = [];
  const shutdown = async (): Promise<void> => {
    await Promise.all(children.map(end));
    await reaper.release();
  };
  try {
    const config = await toConfig(store);
    const configFile = join(directory, 'rendezvous.config.json');
    await writeFile(configFile, JSON.stringify(config, undefined, 2));
    const urls = { eu: config.regions.eu.node, us: config.regions.us.node };
    for (const region of ['eu', 'us']) {
      children.push(spawnNode(configFile, region, join(directory, region), reaper));
    }
    await Promise.all(children.map((child) => untilListening(child, signal)));
    await Promise.all([untilReady(urls.eu, 'eu', signal), untilReady(urls.us, 'us', signal)]);
    return { ...urls, shutdown, [Symbol.asyncDispose]: shutdown };
  } catch (error) {
    await shutdown();
    throw error;
  }
}

interface DemoConfig extends RendezvousConfig {
  readonly regions: {
    readonly eu: { readonly node: string };
    readonly us: { readonly node: string };
  };
}

async function toConfig({ kind, pair }: MonitoredStore): Promise<DemoConfig> {
  return {
    regions: {
      eu: { node: `ws://127.0.0.1:${await findFreePort()}` },
      us: { node: `ws://127.0.0.1:${await findFreePort()}` },
    },
    stores: {
      posts: {
        kind,
        home: 'eu',
        regions: { eu: pair.primary.url, us: [pair.replica.url] },
      },
    },
  };
}

function spawnNode(configFile: string, region: string, data: string, reaper: Reaper): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const main = fileURLToPath(new URL(`../main${extension}`, import.meta.url));
  const serve = ['serve', '--config', configFile, '--region', region, '--data', data, '--json'];
  const child = spawn(
    process.execPath,
    [...process.execArgv, main, ...serve, '--log-level=error'],
    {
      // A session of its own: the parent alone decides what a terminal's Ctrl-C means.
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: withoutSettings(process.env),
    },
  );
  const { pid } = child;
  if (pid !== undefined) {
    reaper.watch(pid);
    child.once('exit', () => reaper.forget(pid));
  }
  return child;
}

/** The node says so on its standard output. */
async function untilListening(child: ChildProcess, signal: AbortSignal): Promise<void> {
  if (child.stdout === null) throw new Error('the node has no standard output');
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new RendezvousError('unavailable', 'a node of the demo ended before it was ready');
  });
  await Promise.race([once(lines, 'line', { signal }), ended]);
  ended.catch(() => undefined);
}

/** Waits until the node has its peer, and its monitors have their replicas. */
async function untilReady(endpoint: string, region: string, signal: AbortSignal): Promise<void> {
  const connection = await connect({
    endpoint,
    region,
    namespace: 'default',
    role: 'reader',
    agent: 'rendezvous demo',
    signal,
  });
  const deadline = performance.now() + READY_TIMEOUT_MS;
  try {
    while (performance.now() < deadline) {
      const status = await connection.request({ kind: 'status' }, { signal });
      if (status.kind === 'statusAnswer' && isReady(status)) return;
      await sleep(POLL_INTERVAL_MS, undefined, { signal });
    }
  } finally {
    connection.shutdown();
  }
  throw new RendezvousError('unavailable', `the node of ${region} did not become ready`);
}

function isReady({ journals, replicas }: StatusAnswer): boolean {
  return (
    journals.length === 2 &&
    journals.every(({ own, connected }) => own || connected) &&
    replicas.every(({ monitored, barrier }) => monitored && barrier === '')
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}
