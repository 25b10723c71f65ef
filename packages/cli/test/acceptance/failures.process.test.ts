/**
 * Processes killed for real and links cut, on real PostgreSQL: what waits and writes then do. Each
 * test leaves the deployment whole again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Application,
  createReader,
  createTable,
  createWriter,
  readPost,
  writePost,
} from './application.js';
import { type Deployment, startDeployment } from './deployment.js';

let deployment: Deployment;
let writer: Application;
let reader: Application;

beforeAll(async () => {
  deployment = await startDeployment();
  writer = createWriter(deployment);
  reader = createReader(deployment);
  await createTable(writer, reader);
});

afterAll(async () => {
  await Promise.all([writer.shutdown(), reader.shutdown()]);
  await deployment.shutdown();
});

/** Room for a loaded machine beyond a deadline that is kept by timers. */
const TIMER_SLACK_MS = 2_000;

const ids = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index)}`);

test('rule 13: the monitor killed while 100 branches are open, then started: all close', async () => {
  await deployment.pair.lag.pause();
  const posts = ids('monitor', 100);
  const bookmarks = await Promise.all(posts.map((id) => writePost(writer, id)));
  await expect.poll(() => deployment.openInUs()).toBe(100);
  await deployment.monitor.kill();
  await deployment.pair.lag.resume();
  const blind = await reader.rv.wait({ bookmark: bookmarks[0] ?? '', timeoutMs: 0 });
  expect(blind.status).not.toBe('consistent');

  await deployment.monitor.start();
  await expect.poll(() => deployment.openInUs(), { timeout: 20_000 }).toBe(0);
  const texts = await Promise.all(posts.map((id, at) => readPost(reader, bookmarks[at], id)));
  expect(texts).toEqual(posts.map((id) => `post ${id}`));
});

test('promise 3: with its node killed, every wait ends by its policy and none outlives its deadline', async () => {
  await deployment.pair.lag.pause();
  const bookmark = await writePost(writer, 'killed');
  const timeoutMs = 3_000;
  const startedMs = performance.now();
  const waits = ids('wait', 50).map(() => reader.rv.wait({ bookmark: bookmark ?? '', timeoutMs }));
  const policies = { proceed: undefined, throw: /\[(unavailable|consistency_unknown)\]/ } as const;
  const reads = Object.entries(policies).map(async ([onUnavailable, error]) => {
    const policy = { onUnavailable: onUnavailable as keyof typeof policies, timeoutMs };
    const read = reader.rv.with(policy, () => readPost(reader, bookmark, 'killed'));
    await (error ? expect(read).rejects.toThrow(error) : expect(read).resolves.toBeUndefined());
  });
  await expect
    .poll(async () => (await deployment.status(deployment.us.url)).waitsBlocked)
    .toBe(waits.length + reads.length);
  await deployment.us.kill();
  const answers = await Promise.all(waits);
  await Promise.all(reads);
  expect(performance.now() - startedMs).toBeLessThan(timeoutMs + TIMER_SLACK_MS);
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 'unknown'));

  await deployment.us.start();
  await deployment.pair.lag.resume();
  // The node of eu lived on: the old bookmark is honoured by the new process in us.
  await expect
    .poll(async () => (await reader.rv.wait({ bookmark: bookmark ?? '' })).status, {
      timeout: 20_000,
    })
    .toBe('consistent');
  expect(await readPost(reader, bookmark, 'killed')).toBe('post killed');
  expect(await readPost(reader, await writePost(writer, 'after'), 'after')).toBe('post after');
});

test('rule 4: with the link between the nodes cut for 5 s no wait answers consistent wrongly', async () => {
  await deployment.pair.lag.setDelay(200);
  deployment.cut();
  const healed = sleep(5_000).then(() => {
    deployment.heal();
  });
  const outcomes: { id: string; status: string; isThere: boolean; bookmark: string }[] = [];
  const observe = async (id: string): Promise<void> => {
    const bookmark = (await writePost(writer, id)) ?? '';
    const { status } = await reader.rv.wait({ bookmark, store: 'posts', timeoutMs: 1_500 });
    const { rows } = await reader.db.query('select 1 from posts where id = $1', [id]);
    outcomes.push({ id, status, isThere: rows.length === 1, bookmark });
  };
  for (const id of ids('cut', 40)) {
    await Promise.all([observe(`${id}-a`), observe(`${id}-b`), sleep(100)]);
    if (outcomes.length >= 6 && outcomes.some(({ status }) => status === 'consistent')) break;
  }
  await healed;
  await deployment.pair.lag.setDelay(0);
  expect(outcomes.filter((one) => one.status === 'consistent' && !one.isThere)).toEqual([]);
  expect(outcomes.some((one) => one.status === 'unknown')).toBe(true);

  for (const { id, bookmark } of outcomes) {
    expect((await reader.rv.wait({ bookmark, timeoutMs: 20_000 })).status).toBe('consistent');
    expect(await readPost(reader, bookmark, id)).toBe(`post ${id}`);
  }
});

test('promise 4: a write whose open is not acknowledged returns in time, and its bookmark is incomplete', async () => {
  await deployment.eu.kill();
  const openTimeoutMs = 700;
  const lonely = createWriter(deployment, { openTimeoutMs });
  try {
    await lonely.rv.run(undefined, async () => {
      const startedMs = performance.now();
      const { rowCount } = await lonely.db.query("insert into posts values ('lonely', 'x')");
      expect(rowCount).toBe(1);
      expect(performance.now() - startedMs).toBeLessThan(openTimeoutMs + TIMER_SLACK_MS);
      expect(lonely.rv.counters.opensUnacknowledged).toBe(1);

      const bookmark = lonely.rv.current() ?? '';
      expect(await reader.rv.wait({ bookmark, store: 'posts' })).toMatchObject({
        status: 'unknown',
        pending: [{ reason: 'bookmark_incomplete' }],
      });

      await deployment.eu.start();
      expect(await lonely.rv.flush({ timeoutMs: 30_000 })).toBe(true);
      const complete = lonely.rv.current() ?? '';
      await expect
        .poll(async () => (await reader.rv.wait({ bookmark: complete })).status, {
          timeout: 20_000,
        })
        .toBe('consistent');
    });
  } finally {
    await lonely.shutdown();
  }
});
