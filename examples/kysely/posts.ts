/** Posts in PostgreSQL by Kysely: written in one region, read in another. */
import { createRendezvous } from '@rendezvous/client';
import { wrapPg } from '@rendezvous/stores/postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { ConnectPosts } from '../test/posts-contract.js';

interface Database {
  readonly posts: { readonly id: number; readonly text: string };
}

export const connectPosts: ConnectPosts = ({ region, nodes, databaseUrl }) => {
  const rv = createRendezvous({ region, nodes });
  // The only line that differs from an application without Rendezvous.
  const pool = wrapPg(new pg.Pool({ connectionString: databaseUrl }), rv.store('posts'));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return {
    rv,
    add: async (post) => {
      await db.insertInto('posts').values(post).execute();
    },
    addAll: (posts, check) =>
      db.transaction().execute(async (transaction) => {
        for (const post of posts) await transaction.insertInto('posts').values(post).execute();
        check();
      }),
    find: (id) => db.selectFrom('posts').selectAll().where('id', '=', id).executeTakeFirst(),
    count: async () => {
      const { count } = await db
        .selectFrom('posts')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    shutdown: async () => {
      await db.destroy();
      await rv.shutdown();
    },
  };
};
