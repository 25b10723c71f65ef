/** The node that `bench open` puts under load, in a process of its own, which measures itself. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createServer } from '@rendezvous/server';
import { postgresVisibility } from '@rendezvous/stores/postgres';
import { serveParent } from '../demo/serve-parent.js';
import { toStoreName, type NodeContract, type NodeUsage } from './open-contracts.js';
import { createOpenJournal } from './open-journal.js';

serveParent<NodeContract>(async ({ journal, directory, storeCount }) => {
  const { url } = await createServer({
    port: 0,
    regions: ['eu'],
    // Without peers and monitors nobody closes anything: every branch stays open.
    monitors: 'none',
    stores: Array.from({ length: storeCount }, (_, index) => ({
      name: toStoreName(index),
      kind: 'postgres',
      home: 'eu',
      regions: { eu: [], us: [] },
    })),
    strategies: { postgres: postgresVisibility() },
    journal: await createOpenJournal(journal, directory),
  });
  let finish = beginUsage();
  return {
    ready: { url },
    handlers: {
      begin: () => {
        finish = beginUsage();
        return Promise.resolve(null);
      },
      end: () => Promise.resolve(finish()),
    },
  };
});

/** From now until the returned function is called; collecting garbage is not part of it. */
function beginUsage(): () => NodeUsage {
  collectGarbage();
  const rssBytes = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    const { active } = performance.eventLoopUtilization(loop);
    collectGarbage();
    return {
      cpuUs: user + system,
      activeMs: active,
      rssGrowthBytes: process.memoryUsage.rss() - rssBytes,
    };
  };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
