/** Posts in PostgreSQL by Drizzle: written in one region, read in another. */
import { createRendezvous } from '@rendezvous/client';
import { wrapPg } from '@rendezvous/stores/postgres';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { ConnectPosts } from '../test/posts-contract.js';

const posts = pgTable('posts', { id: integer().primaryKey(), text: text().notNull() });

export const connectPosts: ConnectPosts = ({ region, nodes, databaseUrl }) => {
  const rv = createRendezvous({ region, nodes });
  // The only line that differs from an application without Rendezvous.
  const client = wrapPg(new pg.Pool({ connectionString: databaseUrl }), rv.store('posts'));
  const db = drizzle({ client });
  return {
    rv,
    add: async (post) => {
      await db.insert(posts).values(post);
    },
    addAll: (all, check) =>
      db.transaction(async (transaction) => {
        for (const post of all) await transaction.insert(posts).values(post);
        check();
      }),
    find: async (id) => (await db.select().from(posts).where(eq(posts.id, id)))[0],
    count: () => db.$count(posts),
    shutdown: async () => {
      await client.end();
      await rv.shutdown();
    },
  };
};
