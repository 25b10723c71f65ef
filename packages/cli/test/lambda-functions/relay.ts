// A function between two queues: says which bookmark its message brought, writes, and passes it on. Fails,
// before it writes, while FAIL_FILE is there.
import { existsSync } from 'node:fs';
import { SNSClient, PublishCommand } from '@aws-sdk/client-sns';
import { createRendezvous } from '@rendezvous/client';
import { carry, sqsBatch, withRendezvous } from '@rendezvous/functions';
import type { SQSEvent, SQSRecord, Context } from 'aws-lambda';

const rv = createRendezvous();
const sns = carry(new SNSClient(), rv);

async function writeAndPass(body: string): Promise<void> {
  await rv.open({ store: 'posts', keys: [body] });
  console.log(`wrote ${rv.current() ?? 'nothing'}`);
  const { TOPIC_ARN: TopicArn = '' } = process.env;
  if (TopicArn !== '') await sns.send(new PublishCommand({ TopicArn, Message: body }));
}

export const start: (event: { body: string }, context: Context) => Promise<void> = withRendezvous(
  rv,
  ({ body }) => writeAndPass(body),
);

export const relay: (event: SQSEvent, context: Context) => Promise<unknown> = sqsBatch(
  rv,
  async ({ body }: SQSRecord) => {
    console.log(`came ${rv.current() ?? 'nothing'}`);
    if (existsSync(process.env['FAIL_FILE'] ?? '')) throw new Error('not yet');
    await writeAndPass(body);
  },
  { reportsBatchItemFailures: true },
);

/** How long the wait for a bookmark took to be answered, after whatever happened to the connection. */
export const wait: (event: { bookmark: string }, context: Context) => Promise<unknown> =
  withRendezvous(rv, async ({ bookmark }) => {
    const startedAtMs = performance.now();
    const { status } = await rv.wait({ bookmark });
    return { status, tookMs: performance.now() - startedAtMs };
  });
