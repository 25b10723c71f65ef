/** The node that `bench open` puts under load, in a process of its own, which measures itself. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createServer } from '@rendezvous/server';
import { postgresVisibility } from '@rendezvous/stores/postgres';
import { serveParent } from '../demo/serve-parent.js';
import { beginUsage } from './begin-usage.js';
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
  let finish = beginNodeUsage();
  return {
    ready: { url },
    handlers: {
      begin: () => {
        finish = beginNodeUsage();
        return Promise.resolve(null);
      },
      end: () => Promise.resolve(finish()),
    },
  };
});

/** Collecting garbage before and after is not part of what is measured. */
function beginNodeUsage(): () => NodeUsage {
  collectGarbage();
  const rssBytes = process.memoryUsage.rss();
  const finish = beginUsage();
  return () => {
    const usage = finish();
    collectGarbage();
    return { ...usage, rssGrowthBytes: process.memoryUsage.rss() - rssBytes };
  };
}

/** Twice: what the first finds dead is given back to the system by the second. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
}
