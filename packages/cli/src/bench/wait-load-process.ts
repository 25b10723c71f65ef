/** The process of `bench wait` that writes, waits and watches. */
import { connect } from '@rendezvous/client/session';
import type { Role } from '@rendezvous/protocol';
import { serveParent } from '../demo/serve-parent.js';
import type { WaitContract } from './wait-contracts.js';
import { attachMonitor, WaitLoad } from './wait-load.js';
import { connectWire } from './wire-session.js';

/** A session has at most 50,000 waits in progress. */
const READER_COUNT = 5;

serveParent<WaitContract>(async ({ url }) => {
  const open = (role: Role): ReturnType<typeof connect> =>
    connect({
      endpoint: url,
      namespace: 'default',
      role,
      region: 'us',
      agent: 'rendezvous bench wait',
    });
  const [writer, monitor] = await Promise.all([open('writer'), open('monitor')]);
  const readers = await Promise.all(
    Array.from({ length: READER_COUNT }, () => connectWire(url, 'reader')),
  );
  const load = new WaitLoad(writer, monitor, readers, await attachMonitor(monitor));
  return {
    ready: null,
    handlers: { wake: (setup) => load.wake(setup), closed: (setup) => load.closed(setup) },
  };
});
