/** The functions of the acceptance tests: a writer in eu and a reader in us, with wrapped pools. */
import { createRendezvous, type Rendezvous, type RendezvousOptions } from '@rendezvous/client';
import { wrapPg } from '@rendezvous/stores/postgres';
import pg from 'pg';
import type { Deployment } from './deployment.js';

export interface Application {
  readonly rv: Rendezvous;
  readonly db: pg.Pool;
  shutdown(): Promise<void>;
}

/** A process's worth of SDK and pool. `nodes` and `database` can point at proxies. */
export function createApplication(
  region: 'eu' | 'us',
  nodes: string,
  database: string,
  options: RendezvousOptions = {},
): Application {
  const rv = createRendezvous({ region, nodes, log: () => undefined, ...options });
  const db = wrapPg(new pg.Pool({ connectionString: database, max: 16 }), rv.store('posts'));
  db.on('error', () => undefined);
  return {
    rv,
    db,
    shutdown: async () => {
      await rv.shutdown();
      await db.end();
    },
  };
}

export function createWriter(deployment: Deployment, options?: RendezvousOptions): Application {
  return createApplication('eu', deployment.eu.url, deployment.pair.primary.url, options);
}

export function createReader(deployment: Deployment, options?: RendezvousOptions): Application {
  return createApplication('us', deployment.us.url, deployment.pair.replica.url, options);
}

/** Creates the table and waits until the replica has it. */
export async function createTable({ rv, db }: Application, reader: Application): Promise<void> {
  const bookmark = await rv.run(undefined, async () => {
    await db.query('create table posts (id text primary key, text text)');
    return rv.current();
  });
  await reader.rv.run(bookmark, () => reader.db.query('select count(*) from posts'));
}

/** Writes a post as one request and returns the request's bookmark. */
export function writePost({ rv, db }: Application, id: string): Promise<string | undefined> {
  return rv.run(undefined, () =>
    rv.with({ key: id }, async () => {
      await db.query('insert into posts values ($1, $2)', [id, `post ${id}`]);
      return rv.current();
    }),
  );
}

/** Reads a post as the reader of that request; naming its key. Undefined: not there. */
export function readPost(
  { rv, db }: Application,
  bookmark: string | undefined,
  id: string,
): Promise<string | undefined> {
  return rv.run(bookmark, () =>
    rv.with({ key: id }, async () => {
      const { rows } = await db.query<{ text: string }>('select text from posts where id = $1', [
        id,
      ]);
      return rows[0]?.text;
    }),
  );
}
