import type { PositionRelation } from '@rendezvous/protocol';
import type { PostgresPair } from '@rendezvous/testkit';
import { startPostgresPair } from '@rendezvous/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilReached } from '../../test/caught-up.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { postgresPositionOrder, postgresVisibility, wrapPg } from './index.js';
import { toTarget } from '../../test/replica-target.js';

// The two halves of the adapter against each other, on real replication: a position that the shim
// reports, and a watermark that the monitor reads, must mean what they say.

const CONNECTIONS = 8;

let pair: PostgresPair;
const strategy = postgresVisibility();
const { signal } = new AbortController();

beforeAll(async () => {
  pair = await startPostgresPair();
  const client = new pg.Client({ connectionString: pair.primary.url });
  await client.connect();
  await client.query('CREATE TABLE posts (id text PRIMARY KEY)');
  await client.query("ALTER SYSTEM SET wal_writer_delay = '10ms'");
  await client.query('SELECT pg_reload_conf()');
  await client.end();
  await caughtUp(pair);
});

afterAll(() => pair.shutdown());

async function caughtUp({ primary, replica }: PostgresPair): Promise<void> {
  const connection = await strategy.connectReplica(toTarget(replica.url), signal);
  await untilReached(strategy, connection, await strategy.readPrimary(primary.url, signal));
  await connection.shutdown();
}

interface Writer {
  readonly client: pg.Client;
  /** The position that the shim reported for the last write. */
  readonly lastPosition: () => string;
}

async function connectWriter(url: string, options?: string): Promise<Writer> {
  const handle = new RecordingHandle();
  const config = { connectionString: url, ...(options !== undefined && { options }) };
  const client = wrapPg(new pg.Client(config), handle);
  await client.connect();
  return { client, lastPosition: () => handle.branches.at(-1)?.position ?? '' };
}

type Write = (client: pg.Client, id: string) => Promise<unknown>;

const autocommit: Write = (client, id) => client.query('INSERT INTO posts VALUES ($1)', [id]);
const transaction: Write = async (client, id) => {
  await client.query('BEGIN');
  await client.query('INSERT INTO posts VALUES ($1)', [id]);
  await client.query('COMMIT');
};
const asynchronous: Write = async (client, id) => {
  await client.query('BEGIN; SET LOCAL synchronous_commit = off');
  await client.query('INSERT INTO posts VALUES ($1)', [id]);
  await client.query('COMMIT');
};
const oneText: Write = (client, id) =>
  client.query(
    `BEGIN; SET LOCAL synchronous_commit = off; INSERT INTO posts VALUES ('${id}'); COMMIT`,
  );

/** Writes and reads, and counts the reads that missed: at once, and after the watermark. */
async function hammer(name: string, count: number, write: Write, options?: string) {
  const misses = { atOnce: 0, afterWait: 0 };
  const worker = async (worker: number): Promise<void> => {
    const writer = await connectWriter(pair.primary.url, options);
    const reader = new pg.Client({ connectionString: pair.replica.url });
    await reader.connect();
    const replica = await strategy.connectReplica(toTarget(pair.replica.url), signal);
    const isMissing = async (id: string): Promise<boolean> =>
      (await reader.query('SELECT FROM posts WHERE id = $1', [id])).rowCount === 0;
    for (let index = 0; index < count; index += 1) {
      const id = `${name}-${String(worker)}-${String(index)}`;
      await write(writer.client, id);
      if (await isMissing(id)) misses.atOnce += 1;
      // Half of the workers let the server hold its answers back.
      await untilReached(strategy, replica, writer.lastPosition(), worker % 2 === 0 ? 0 : 25);
      if (await isMissing(id)) misses.afterWait += 1;
    }
    await Promise.all([writer.client.end(), reader.end(), replica.shutdown()]);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => worker(index)));
  return misses;
}

describe('a read right after the watermark has reached the position of a write', () => {
  const off = '-c synchronous_commit=off';
  it.each([
    ['autocommit', 40, autocommit, undefined],
    ['a transaction', 40, transaction, undefined],
    ['synchronous_commit = off, autocommit', 10, autocommit, off],
    ['synchronous_commit = off, a transaction', 10, transaction, off],
    ['synchronous_commit = off in the transaction only', 10, asynchronous, undefined],
    ['synchronous_commit = off in a text of several statements', 10, oneText, undefined],
  ] as const)(
    'never misses it, while one that does not wait does: %s',
    async (name, count, write, options) => {
      await pair.lag.setDelay(20);
      const misses = await hammer(name, count, write, options);
      await pair.lag.setDelay(0);
      expect(misses.afterWait).toBe(0);
      expect(misses.atOnce).toBeGreaterThan(0);
    },
  );
});

describe('an answer that may be held back', () => {
  it('comes as soon as the replica has moved, and in the end without', async () => {
    const { client, lastPosition } = await connectWriter(pair.primary.url);
    const replica = await strategy.connectReplica(toTarget(pair.replica.url), signal);
    await caughtUp(pair);
    await pair.lag.pause();
    const before = await replica.readWatermark();
    expect(await replica.readWatermark(25)).toBe(before);
    await client.query("INSERT INTO posts VALUES ('held-back')");
    expect(await replica.readWatermark(25)).toBe(before);
    await pair.lag.resume();
    await untilReached(strategy, replica, lastPosition(), 25);
    await Promise.all([replica.shutdown(), client.end()]);
  });
});

describe('with synchronous_commit = off', () => {
  it('a commit that ends at the end of a page is reached though nothing follows it', async () => {
    const { client, lastPosition } = await connectWriter(
      pair.primary.url,
      '-c synchronous_commit=off',
    );
    const bare = new pg.Client({ connectionString: pair.primary.url });
    await bare.connect();
    const page = 8_192;
    const readInsert = async (): Promise<number> => {
      const text = "SELECT (pg_current_wal_insert_lsn() - '0/0')::text AS bytes";
      return Number((await bare.query<{ bytes: string }>(text)).rows[0]?.bytes);
    };
    // A transactional message writes its own length and a commit, and nothing else.
    const emit = async (bytes: number): Promise<number> => {
      const before = await readInsert();
      await client.query(`SELECT pg_logical_emit_message(true, '', repeat('x', ${String(bytes)}))`);
      return (await readInsert()) - before;
    };
    const sample = 1_000;
    let atBoundary = false;
    // Whatever the server writes by itself in between spoils one attempt.
    for (let attempt = 0; attempt < 200 && !atBoundary; attempt += 1) {
      const room = page - ((await readInsert()) % page);
      if (room < 4_000) {
        await emit(sample);
        continue;
      }
      const overhead = (await emit(sample)) - sample;
      await emit(page - ((await readInsert()) % page) - overhead);
      atBoundary = (await readInsert()) % page === 24;
    }
    expect(atBoundary).toBe(true);
    const position = postgresPositionOrder.parse(lastPosition()) as { readonly lsn: bigint };
    expect(position.lsn % BigInt(page)).toBe(0n);
    const replica = await strategy.connectReplica(toTarget(pair.replica.url), signal);
    await untilReached(strategy, replica, lastPosition());
    await Promise.all([replica.shutdown(), client.end(), bare.end()]);
  });
});

describe('failover', () => {
  it('rule 10: what both timelines share is reached, what the new one lacks is cut off', async () => {
    await using own = await startPostgresPair();
    const { client, lastPosition } = await connectWriter(own.primary.url);
    const replica = await strategy.connectReplica(toTarget(own.replica.url), signal);
    await client.query('CREATE TABLE posts (id int)');
    const shared = lastPosition();
    await untilReached(strategy, replica, shared);
    await own.lag.pause();
    await client.query('INSERT INTO posts VALUES (1)');
    await own.link.shutdown();
    await client.query('INSERT INTO posts VALUES (2)');
    const lost = lastPosition();
    await client.end();
    await own.lag.resume();
    await own.promote();

    const promoted = await connectWriter(own.replica.url);
    await promoted.client.query('INSERT INTO posts VALUES (3)');
    await promoted.client.end();
    const watermark = await replica.readWatermark();
    expect(watermark).toMatch(/^\d+\/2\/.*;1@/);
    expect(relate(shared, watermark)).toBe('reached');
    expect(relate(lost, watermark)).toBe('cut_off');
    expect(relate(promoted.lastPosition(), watermark)).toBe('reached');
    await replica.shutdown();
  });

  it('without a primary the watermark stays, and a new connection claims no more', async () => {
    await using own = await startPostgresPair();
    const replica = await strategy.connectReplica(toTarget(own.replica.url), signal);
    const position = await strategy.readPrimary(own.primary.url, signal);
    await untilReached(strategy, replica, position);
    await own.primary.kill();
    const bare = new pg.Client({ connectionString: own.replica.url });
    await bare.connect();
    await expect
      .poll(async () => (await bare.query('SELECT FROM pg_stat_wal_receiver')).rowCount, {
        timeout: 30_000,
      })
      .toBe(0);
    await bare.end();
    const watermark = await replica.readWatermark();
    expect(relate(position, watermark)).toBe('reached');
    const later = await strategy.connectReplica(toTarget(own.replica.url), signal);
    expect(relate(await later.readWatermark(), watermark)).toBe('reached');
    await Promise.all([replica.shutdown(), later.shutdown()]);
  });
});

function relate(positionText: string, watermarkText: string): PositionRelation | undefined {
  const position = postgresPositionOrder.parse(positionText);
  const watermark = postgresPositionOrder.parse(watermarkText);
  return position && watermark && postgresPositionOrder.relation(position, watermark);
}

describe('errors', () => {
  const atReplica = (change: (url: URL) => void): string => {
    const url = new URL(pair.replica.url);
    change(url);
    return url.href;
  };

  it('a role that may not see the timeline is told what to grant', async () => {
    const client = new pg.Client({ connectionString: pair.primary.url });
    await client.connect();
    await client.query('CREATE ROLE watcher LOGIN');
    await client.end();
    await caughtUp(pair);
    const endpoint = atReplica((url) => {
      url.username = 'watcher';
    });
    await expect(strategy.connectReplica(toTarget(endpoint), signal)).rejects.toThrow(
      'GRANT pg_read_all_stats',
    );
  });

  it('a server that refuses is store_failed, and no error tells the password', async () => {
    const refused = 'postgres://postgres:secret@127.0.0.1:1/postgres';
    const nonsense = 'secret nonsense';
    for (const [endpoint, code] of [
      [refused, 'store_failed'],
      [nonsense, 'config_invalid'],
    ] as const) {
      const error: unknown = await strategy
        .connectReplica(toTarget(endpoint), signal)
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ code });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
    }
  });
});
