/** The reader, in us: gets a notification from its queue, then reads the post from the replica. */
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });

const readPost =
  (posts: pg.Pool) =>
  async ({ body: id }: SQSRecord): Promise<void> => {
    console.log(`reading ${id}`);
    const { rows } = await posts.query('select body from posts where id = $1', [id]);
    console.log(rows.length === 1 ? `found ${id}` : `missing ${id}`);
    // Back to the queue: it must be somewhere.
    if (rows.length === 0) throw new Error(`There is no post ${id}`);
  };

export const handler: (event: SQSEvent) => Promise<void> = async ({ Records }) => {
  for (const record of Records) await readPost(pool)(record);
};
