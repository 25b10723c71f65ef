/** A node whose disk has less than its reserve left: nothing new is opened, everything else goes on. */
import type { WaitAnswer } from '@rendezvous/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { POSTS } from '../../test/cluster.js';
import { FakeStore } from '../../test/fake-store.js';
import { openOf, waitOf } from '../../test/operations.js';
import { openSession } from '../../test/raw-client.js';
import { createTemporaryDirectory } from '../../test/temporary-directory.js';
import { createServer, type Server } from '../create-server.js';
import { createEmbeddedJournal } from './embedded-journal.js';

async function start(directory: string, reserveBytes: number): Promise<Server> {
  const server = await createServer({
    regions: ['us'],
    stores: [POSTS],
    strategies: { fake: new FakeStore().strategy },
    monitors: 'none',
    port: 0,
    journal: await createEmbeddedJournal({ directory, reserveBytes }),
  });
  onTestFinished(() => server.shutdown());
  return server;
}

test('a full disk refuses opens with a typed error; waits go on, and what was acknowledged is kept', async () => {
  const directory = await createTemporaryDirectory();
  const before = await start(directory, 0);
  const open = openOf();
  const opened = await (await openSession(before.url)).askFor('opened', open);
  await before.shutdown();

  const full = await start(directory, Number.MAX_SAFE_INTEGER);
  const client = await openSession(full.url, { role: 'admin' });
  expect(await client.ask(openOf())).toMatchObject({
    kind: 'failure',
    code: 'journal_full',
    retryable: true,
  });
  const wait = waitOf(open, opened, { timeoutMs: 0 });
  const held = (await client.ask(wait)) as WaitAnswer;
  expect(held).toMatchObject({ status: 'timed_out', pending: [{ reason: 'no_monitor' }] });
  const { regions } = await client.askFor('statusAnswer', { kind: 'status' });
  expect(regions.find(({ region }) => region === 'us')).toMatchObject({ branchesOpen: 1 });
  await client.ask({ kind: 'close', region: 'us', replica: '', bids: [open.bid] });
  const { regions: later } = await client.askFor('statusAnswer', { kind: 'status' });
  expect(later.find(({ region }) => region === 'us')).toMatchObject({ branchesOpen: 0 });
});
