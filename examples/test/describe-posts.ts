/**
 * Runs an example on a real primary in `eu` and its replica in `us`, with a real node between them. The
 * replica is held and let go; nothing depends on speed.
 */
import { postgresVisibility } from '@rendezvous/stores/postgres';
import type { PostgresPair } from '@rendezvous/testkit';
import { startNode, startPostgresPair } from '@rendezvous/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectPosts, Posts } from './posts-contract.js';

export function describePosts(name: string, connect: ConnectPosts): void {
  describe(name, () => {
    let pair: PostgresPair;
    let node: Awaited<ReturnType<typeof startNode>>;
    let writer: Posts;
    let reader: Posts;

    beforeAll(async () => {
      pair = await startPostgresPair();
      const regions = { eu: [pair.primary.url], us: [pair.replica.url] };
      node = await startNode({
        regions: ['eu', 'us'],
        strategies: { postgres: postgresVisibility() },
        stores: [{ name: 'posts', kind: 'postgres', home: 'eu', regions }],
      });
      const client = new pg.Client({ connectionString: pair.primary.url });
      await client.connect();
      await client.query('CREATE TABLE posts (id int PRIMARY KEY, text text NOT NULL)');
      await client.end();
      writer = connect({ region: 'eu', nodes: node.url, databaseUrl: pair.primary.url });
      reader = connect({ region: 'us', nodes: node.url, databaseUrl: pair.replica.url });
    });

    afterAll(async () => {
      await writer.shutdown();
      await reader.shutdown();
      await node.shutdown();
      await pair.shutdown();
    });

    /** Writes as one request; returns its bookmark and how many branches it opened. */
    async function write(run: () => Promise<void>): Promise<[string | undefined, number]> {
      const before = writer.rv.counters.opens;
      const bookmark = await writer.rv.run(undefined, async () => {
        await run();
        return writer.rv.current();
      });
      return [bookmark, writer.rv.counters.opens - before];
    }

    function read<T>(bookmark: string | undefined, run: () => Promise<T>): Promise<T> {
      return reader.rv.with({ timeoutMs: 30_000, onUnavailable: 'throw' }, () =>
        reader.rv.run(bookmark, run),
      );
    }

    test('a read waits until the replica has the write that its message is about', async () => {
      // The table must be there before replication is held.
      const [first] = await write(() => writer.add({ id: 1, text: 'first' }));
      expect(await read(first, () => reader.find(1))).toEqual({ id: 1, text: 'first' });
      await pair.lag.pause();
      const [bookmark, opened] = await write(() => writer.add({ id: 2, text: 'second' }));
      expect(opened).toBe(1);
      // Without the bookmark the read misses it: the replica is behind.
      expect(await reader.find(2)).toBeUndefined();
      const check = reader.rv.wait({ store: 'posts', bookmark, timeoutMs: 0 });
      expect((await check).status).toBe('timed_out');
      const reading = read(bookmark, () => reader.find(2));
      await pair.lag.resume();
      expect(await reading).toEqual({ id: 2, text: 'second' });
    });

    test('a transaction is one branch, and one that is rolled back is none', async () => {
      const posts = [3, 4, 5].map((id) => ({ id, text: `post ${String(id)}` }));
      const [bookmark, opened] = await write(() => writer.addAll(posts, () => undefined));
      expect(opened).toBe(1);
      expect(await read(bookmark, () => reader.find(5))).toEqual(posts[2]);
      const refuse = (): never => {
        throw new Error('refused');
      };
      const lost = [{ id: 6, text: 'never there' }];
      const refused = write(() => writer.addAll(lost, refuse).catch(() => undefined));
      expect(await refused).toEqual([undefined, 0]);
      expect(await writer.find(6)).toBeUndefined();
    });

    test('reads on the primary open nothing and do not wait', async () => {
      const waits = writer.rv.counters.waits;
      const [bookmark, opened] = await write(async () => {
        expect(await writer.count()).toBe(5);
      });
      expect([bookmark, opened]).toEqual([undefined, 0]);
      expect(writer.rv.counters.waits).toEqual(waits);
    });

    test('a constraint that is violated is an error of the ORM, and no branch', async () => {
      const [bookmark, opened] = await write(async () => {
        await expect(writer.add({ id: 1, text: 'again' })).rejects.toThrow();
      });
      expect([bookmark, opened]).toEqual([undefined, 0]);
    });
  });
}
