/** The node that a benchmark puts under load, in a process of its own, which measures itself. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createServer } from '@rendezvous/server';
import { postgresVisibility } from '@rendezvous/stores/postgres';
import { serveParent } from '../demo/serve-parent.js';
import { beginUsage } from './begin-usage.js';
import { toStoreName, type NodeContract, type NodeUsage } from './open-contracts.js';
import { createOpenJournal } from './open-journal.js';

/** As many as a benchmark asks for. */
const SESSION_COUNT_MAX = 200_000;
/** Named, so that there is a replica to watch; nobody connects to it. */
const UNUSED_ENDPOINT = 'postgres://127.0.0.1:1/unused';

serveParent<NodeContract>(async ({ journal, directory, storeCount, regions, port }) => {
  const { url } = await createServer({
    port,
    regions,
    limits: { sessionCountMax: SESSION_COUNT_MAX },
    // Nobody closes anything unless the benchmark does: every branch stays open.
    monitors: 'none',
    stores: Array.from({ length: storeCount }, (_, index) => ({
      name: toStoreName(index),
      kind: 'postgres',
      home: 'eu',
      regions: { eu: [], us: regions.includes('us') ? [UNUSED_ENDPOINT] : [] },
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
      memory: () =>
        Promise.resolve({
          rssBytes: process.memoryUsage.rss(),
          rssPeakBytes: process.resourceUsage().maxRSS * 1_024,
        }),
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
