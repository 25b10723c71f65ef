/**
 * Replication that is away for a minute under load and comes back: the receiver catches up from the
 * journal, and the owner has queued nothing for it meanwhile.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@rendezvous/client/session';
import type { JournalStatus } from '@rendezvous/protocol';
import { findFreePort, startDelayProxy } from '@rendezvous/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestartableProcess } from './deployment.js';
import { residentBytes, startOpenLoad } from './single-node.js';

const AWAY_MS = 60_000;
const OPENS_PER_SECOND = 3_000;
/** What a process may gain by its work alone: compiled code, and garbage not collected yet. */
const WORKING_BYTES_MAX = 96 * 2 ** 20;
/** What a branch may weigh in its owner's memory. */
const BYTES_PER_BRANCH_MAX = 1_500;

interface Pair {
  readonly eu: string;
  readonly us: string;
  readonly euProcess: RestartableProcess;
  cut(): void;
  heal(): void;
  shutdown(): Promise<void>;
}

let pair: Pair;

beforeAll(async () => {
  pair = await startPair();
});

afterAll(() => pair.shutdown());

test('replication away for 60 s under load catches up, and costs the owner no memory', async () => {
  await expect.poll(() => peerJournal(pair.us)).toMatchObject({ connected: true });
  const pid = pair.euProcess.pid ?? 0;
  const idleBytes = await residentBytes(pid);
  pair.cut();
  const load = startOpenLoad(pair.eu, OPENS_PER_SECOND);
  await delay(AWAY_MS);
  const behind = await peerJournal(pair.us);
  const awayBytes = await residentBytes(pid);
  const awayCount = load.acknowledged.length;
  pair.heal();
  const healedMs = performance.now();
  await expect
    .poll(async () => (await peerJournal(pair.us))?.applied, { timeout: 60_000 })
    .toBeGreaterThan(awayCount);
  const caughtUpMs = performance.now() - healedMs;
  await load.stop();
  const own = await ownJournal(pair.eu);
  await expect
    .poll(() => peerJournal(pair.us), { timeout: 10_000 })
    .toMatchObject({ applied: own?.head, head: own?.head });
  const gainedBytes = awayBytes - idleBytes;
  expect(behind?.connected).toBe(false);
  expect(gainedBytes).toBeLessThan(WORKING_BYTES_MAX + awayCount * BYTES_PER_BRANCH_MAX);
  process.stdout.write(
    `away for ${String(AWAY_MS / 1_000)} s: ${String(awayCount)} opens behind, caught up in ` +
      `${caughtUpMs.toFixed(0)} ms under load; ${(gainedBytes / awayCount).toFixed(0)} bytes of the owner's memory a branch ` +
      `(${(idleBytes / 2 ** 20).toFixed(0)} to ${(awayBytes / 2 ** 20).toFixed(0)} MiB, ` +
      `${((await residentBytes(pid)) / 2 ** 20).toFixed(0)} after); both at ${String(own?.head)}\n`,
  );
}, 240_000);

async function startPair(): Promise<Pair> {
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-away-'));
  const [euPort, usPort] = [await findFreePort(), await findFreePort()];
  const links = [
    await startDelayProxy({ targetPort: euPort }),
    await startDelayProxy({ targetPort: usPort }),
  ];
  const [toEu, toUs] = links.map(({ port }) => `ws://127.0.0.1:${String(port)}`);
  const [eu, us] = [euPort, usPort].map((port) => `ws://127.0.0.1:${String(port)}`);
  const start = async (region: string, nodes: object): Promise<RestartableProcess> => {
    const config = join(directory, `${region}.json`);
    await writeFile(config, JSON.stringify({ regions: nodes, stores: STORES }));
    const args = ['--config', config, '--region', region, '--data', join(directory, region)];
    const process = new RestartableProcess(['serve', '--monitors', 'none', ...args]);
    await process.start();
    return process;
  };
  const euProcess = await start('eu', { eu: { node: eu }, us: { node: toUs } });
  const usProcess = await start('us', { eu: { node: toEu }, us: { node: us } });
  return {
    eu: eu ?? '',
    us: us ?? '',
    euProcess,
    cut: () => {
      for (const link of links) {
        link.refuse(true);
        link.cut();
      }
    },
    heal: () => {
      for (const link of links) link.refuse(false);
    },
    shutdown: async () => {
      await Promise.all([euProcess.kill(), usProcess.kill()]);
      await Promise.all(links.map((link) => link.shutdown()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const STORES = {
  posts: {
    kind: 'postgres',
    home: 'eu',
    regions: { eu: 'postgres://127.0.0.1:1/none', us: ['postgres://127.0.0.1:1/none'] },
  },
};

async function ownJournal(endpoint: string): Promise<JournalStatus | undefined> {
  return (await journals(endpoint)).find(({ own }) => own);
}

/** The newest journal of the only peer. */
async function peerJournal(endpoint: string): Promise<JournalStatus | undefined> {
  return (await journals(endpoint)).filter(({ own }) => !own).at(-1);
}

async function journals(endpoint: string): Promise<readonly JournalStatus[]> {
  const connection = await connect({
    ...{ endpoint, namespace: 'default', role: 'reader', region: 'us' },
  });
  const status = await connection.request({ kind: 'status' });
  connection.shutdown();
  return status.kind === 'statusAnswer' ? status.journals : [];
}
