/** Posts in PostgreSQL by Prisma's adapter for `pg`: written in one region, read in another. */
import { PrismaPg } from '@prisma/adapter-pg';
import { createRendezvous } from '@rendezvous/client';
import { wrapPg } from '@rendezvous/stores/postgres';
import pg from 'pg';
import type { ConnectPosts } from '../test/posts-contract.js';
import { PrismaClient } from './generated/client.js';

export const connectPosts: ConnectPosts = ({ region, nodes, databaseUrl }) => {
  const rv = createRendezvous({ region, nodes });
  // The only line that differs from an application without Rendezvous.
  const pool = wrapPg(new pg.Pool({ connectionString: databaseUrl }), rv.store('posts'));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    rv,
    add: async (post) => {
      await prisma.post.create({ data: post });
    },
    addAll: (posts, check) =>
      prisma.$transaction(async (transaction) => {
        for (const post of posts) await transaction.post.create({ data: post });
        check();
      }),
    find: async (id) => (await prisma.post.findUnique({ where: { id } })) ?? undefined,
    count: () => prisma.post.count(),
    shutdown: async () => {
      await prisma.$disconnect();
      await pool.end();
      await rv.shutdown();
    },
  };
};
