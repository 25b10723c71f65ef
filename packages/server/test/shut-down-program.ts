// A process that runs a node with everything in it, shuts it down, and then has nothing left to do.
// If something keeps it alive all the same, it says what, and exits with 9.
import { connect } from '@rendezvous/client/session';
import { createServer } from '../src/create-server.js';
import { createMonitor } from '../src/monitor/create-monitor.js';
import { FakeStore } from './fake-store.js';

const store = new FakeStore();
const shared = {
  stores: [{ name: 'posts', kind: 'fake', home: 'eu', regions: { eu: ['eu'], us: ['us'] } }],
  strategies: { fake: store.strategy },
  port: 0,
} as const;
const eu = await createServer({ ...shared, regions: ['eu'] });
const peers = [
  { name: 'eu', endpoint: eu.url },
  // Nobody listens there.
  { name: 'ap', endpoint: 'ws://127.0.0.1:9' },
];
const us = await createServer({ ...shared, regions: ['us'], peers });
const monitor = createMonitor({
  endpoint: us.url,
  store: 'posts',
  region: 'us',
  replicas: [{ name: 'us-1', endpoint: 'us' }],
  primary: 'eu',
  strategy: store.strategy,
});
const connection = await connect({
  endpoint: us.url,
  namespace: 'default',
  role: 'writer',
  region: 'us',
});
// The node's own watch and the monitor's.
while (store.replica('us').connectionCount < 2) {
  await connection.request({ kind: 'ping' });
}
store.replica('us').isHung = true;
await Promise.all([us.shutdown(), eu.shutdown(), monitor.shutdown()]);
await connection.ended;
console.log(JSON.stringify({ connections: store.replica('us').connectionCount }));
setTimeout(() => {
  console.error(process.getActiveResourcesInfo());
  process.exit(9);
}, 3_000).unref();
