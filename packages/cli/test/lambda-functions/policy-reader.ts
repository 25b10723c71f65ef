// The example's reader, with the policy that its environment names: what each costs is compared.
import { SQS } from '@aws-sdk/client-sqs';
import { createRendezvous } from '@rendezvous/client';
import { sqsBatch } from '@rendezvous/functions';
import { wrapPg } from '@rendezvous/stores/postgres';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import pg from 'pg';

const rv = createRendezvous();
const posts = wrapPg(
  new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 1 }),
  rv.store('posts'),
);

export const handler: (event: SQSEvent, context: Context) => Promise<unknown> = sqsBatch(
  rv,
  async ({ body: id }: SQSRecord) => {
    const { rows } = await posts.query('select body from posts where id = $1', [id]);
    console.log(rows.length === 1 ? `found ${id}` : `missing ${id}`);
  },
  {
    onTimeout: process.env['POLICY'] === 'requeue' ? 'requeue' : 'throw',
    sqs: new SQS({ useQueueUrlAsEndpoint: false }),
    queueUrl: process.env['QUEUE_URL'],
    onFailure: () => undefined,
    reportsBatchItemFailures: true,
  },
);
