/** The reader, in us: gets a notification from its queue, then reads the post from the replica. */
import { SQS } from '@aws-sdk/client-sqs';
import { createRendezvous } from '@rendezvous/client';
import { sqsBatch } from '@rendezvous/functions';
import { wrapPg } from '@rendezvous/stores/postgres';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
const rv = createRendezvous(); // RENDEZVOUS_REGION, RENDEZVOUS_NODES
const sqs = new SQS({ useQueueUrlAsEndpoint: false }); // AWS_ENDPOINT_URL, where it is set

const readPost =
  (posts: pg.Pool) =>
  async ({ body: id }: SQSRecord): Promise<void> => {
    console.log(`reading ${id}`);
    const { rows } = await posts.query('select body from posts where id = $1', [id]);
    console.log(rows.length === 1 ? `found ${id}` : `missing ${id}`);
    // Back to the queue: it must be somewhere.
    if (rows.length === 0) throw new Error(`There is no post ${id}`);
  };

export const handler: (event: SQSEvent, context: Context) => Promise<unknown> = sqsBatch(
  rv,
  readPost(wrapPg(pool, rv.store('posts'))),
  { onTimeout: 'requeue', sqs, queueUrl: process.env.QUEUE_URL, reportsBatchItemFailures: true },
);
