import { createRendezvous } from '@rendezvous/client';
import { createMonitor, createServer } from '@rendezvous/server';
import { startMariadbPair, startMysqlPair } from '@rendezvous/testkit';
import { createConformanceSuite } from './src/conformance/index.js';
import { createMysqlConformance } from './test/mysql-conformance.js';
const mysql = process.argv[2] === 'mysql';
const filter = process.argv[3] ?? '';
const harness = createMysqlConformance(mysql ? 'MySQL' : 'MariaDB', mysql ? startMysqlPair : startMariadbPair);
const suite = createConformanceSuite(harness, { createRendezvous, createServer, createMonitor });
for (const { title, run } of suite.cases) {
  if (!title.includes(filter)) continue;
  const t = performance.now();
  try {
    await Promise.race([run(), new Promise((_, reject) => setTimeout(() => reject(new Error('TIMEOUT 60s')), 60_000))]);
    console.log('ok  ', title, Math.round(performance.now() - t));
  } catch (error) { console.log('FAIL', title, Math.round(performance.now() - t), String((error as Error).stack).slice(0, 700)); }
}
await suite.shutdown();
process.exit(0);
