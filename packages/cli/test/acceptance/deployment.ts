/**
 * The deployment of the acceptance tests: a real PostgreSQL primary in eu and standby in us, a node
 * per region and a monitor for us, each a process of its own, and a link between the nodes that can
 * be cut. Everything is gone when the test file is done.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from '@rendezvous/client/session';
import type { RegionStatus, StatusAnswer } from '@rendezvous/protocol';
import {
  type DelayProxy,
  findFreePort,
  type PostgresPair,
  startDelayProxy,
  startPostgresPair,
} from '@rendezvous/testkit';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A process that can be killed for real and started again. */
export class RestartableProcess {
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it and waits for the first line that it prints. */
  async start(): Promise<void> {
    const args = ['--conditions=rendezvous-source', '--import', 'tsx', main, ...this.#args];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let errors = '';
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`rendezvous ${this.#args.join(' ')} ended: ${errors}`);
    });
    await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
    ended.catch(() => undefined);
  }

  /** SIGKILL: no shutdown of any kind. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

export interface Deployment {
  readonly pair: PostgresPair;
  readonly eu: RestartableProcess & { readonly url: string };
  readonly us: RestartableProcess & { readonly url: string };
  /** Watches the replica in us. */
  readonly monitor: RestartableProcess;
  /** Breaks the link between the nodes, both ways, until `heal`. */
  cut(): void;
  heal(): void;
  status(url: string): Promise<StatusAnswer>;
  /** The branches of `posts` that are open in us, as the node of us knows them. */
  openInUs(): Promise<number>;
  shutdown(): Promise<void>;
}

export async function startDeployment(): Promise<Deployment> {
  const pair = await startPostgresPair();
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-acceptance-'));
  const [euPort, usPort] = [await findFreePort(), await findFreePort()];
  const toEu = await startDelayProxy({ targetPort: euPort });
  const toUs = await startDelayProxy({ targetPort: usPort });
  const euUrl = `ws://127.0.0.1:${String(euPort)}`;
  const usUrl = `ws://127.0.0.1:${String(usPort)}`;
  // Each node knows itself by its own address and the other by the link.
  const euConfig = await writeConfig(directory, 'eu', pair, euUrl, linkUrl(toUs));
  const usConfig = await writeConfig(directory, 'us', pair, linkUrl(toEu), usUrl);
  const eu = createNode(euUrl, [
    ...['serve', '--config', euConfig, '--region', 'eu', '--data', join(directory, 'eu')],
  ]);
  const us = createNode(usUrl, [
    ...['serve', '--config', usConfig, '--region', 'us', '--monitors', 'none'],
    ...['--data', join(directory, 'us')],
  ]);
  const monitor = new RestartableProcess([
    ...['monitor', '--config', usConfig, '--store', 'posts', '--region', 'us', '--node', usUrl],
  ]);
  await Promise.all([eu.start(), us.start()]);
  await monitor.start();
  const links = [toEu, toUs];
  const shutdown = async (): Promise<void> => {
    await Promise.all([eu.kill(), us.kill(), monitor.kill()]);
    await Promise.all(links.map((link) => link.shutdown()));
    await pair.shutdown();
    await rm(directory, { recursive: true, force: true });
  };
  return {
    pair,
    eu,
    us,
    monitor,
    cut: () => {
      for (const link of links) {
        link.refuse(true);
        link.cut();
      }
    },
    heal: () => {
      for (const link of links) link.refuse(false);
    },
    status: askStatus,
    openInUs: async () => {
      const { regions } = await askStatus(usUrl);
      return regions.find(isPostsInUs)?.branchesOpen ?? -1;
    },
    shutdown,
  };
}

function isPostsInUs({ store, region }: RegionStatus): boolean {
  return store === 'posts' && region === 'us';
}

function createNode(url: string, args: readonly string[]): Deployment['eu'] {
  return Object.assign(new RestartableProcess(args), { url });
}

function linkUrl(link: DelayProxy): string {
  return `ws://127.0.0.1:${String(link.port)}`;
}

async function writeConfig(
  directory: string,
  name: string,
  { primary, replica }: PostgresPair,
  eu: string,
  us: string,
): Promise<string> {
  const file = join(directory, `${name}.json`);
  const config = {
    regions: { eu: { node: eu }, us: { node: us } },
    stores: {
      posts: { kind: 'postgres', home: 'eu', regions: { eu: primary.url, us: [replica.url] } },
    },
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}

async function askStatus(endpoint: string): Promise<StatusAnswer> {
  const connection = await connect({
    endpoint,
    namespace: 'default',
    role: 'reader',
    region: 'us',
  });
  try {
    const status = await connection.request({ kind: 'status' });
    if (status.kind !== 'statusAnswer') throw new Error(`a status was answered by ${status.kind}`);
    return status;
  } finally {
    connection.shutdown();
  }
}
