/**
 * The deployment of the failover tests: a real PostgreSQL primary in eu and standby in us, one node
 * in eu and two in us, each a process that monitors by itself, from one configuration file.
 * Everything is gone when the test file is done.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, type PostgresPair, startPostgresPair } from '@rendezvous/testkit';
import { createNode, type DeployedNode } from './deployment.js';

export interface FailoverDeployment {
  readonly pair: PostgresPair;
  readonly eu: DeployedNode;
  readonly usA: DeployedNode;
  readonly usB: DeployedNode;
  shutdown(): Promise<void>;
}

export async function startFailoverDeployment(): Promise<FailoverDeployment> {
  const pair = await startPostgresPair();
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-failover-'));
  const urls: string[] = [];
  for (let count = 0; count < 3; count++) urls.push(`ws://127.0.0.1:${await findFreePort()}`);
  const [euUrl = '', ...usUrls] = urls;
  const config = {
    regions: { eu: { node: euUrl }, us: { node: usUrls } },
    stores: {
      posts: {
        kind: 'postgres',
        home: 'eu',
        regions: { eu: pair.primary.url, us: [pair.replica.url] },
      },
    },
  };
  const file = join(directory, 'rendezvous.config.json');
  await writeFile(file, JSON.stringify(config));
  const nodes = urls.map((url, index) => {
    const data = join(directory, `journal-${String(index)}`);
    return createNode(url, ['serve', '--config', file, '--node', url, '--data', data]);
  });
  const [eu, usA, usB] = nodes;
  if (!eu || !usA || !usB) throw new Error('three nodes were to be made');
  const shutdown = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill()));
    await pair.shutdown();
    await rm(directory, { recursive: true, force: true });
  };
  await Promise.all(nodes.map((node) => node.start()));
  return { pair, eu, usA, usB, shutdown };
}
