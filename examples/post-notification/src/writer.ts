/** The writer, in eu: stores a post in the primary, then publishes its notification. */
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { createRendezvous } from '@rendezvous/client';
import { carry, withRendezvous } from '@rendezvous/functions';
import { wrapPg } from '@rendezvous/stores/postgres';
import type { Context } from 'aws-lambda';
import pg from 'pg';

interface Post {
  readonly id: string;
  readonly text: string;
}

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
const topic = new SNSClient();
const rv = createRendezvous(); // RENDEZVOUS_REGION, RENDEZVOUS_NODES

const writePost =
  (posts: pg.Pool, sns: SNSClient) =>
  async ({ id, text }: Post): Promise<void> => {
    await posts.query('insert into posts (id, body) values ($1, $2)', [id, text]);
    console.log(`stored ${id}`);
    await sns.send(new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Message: id }));
  };

export const handler: (post: Post, context: Context) => Promise<void> = withRendezvous(
  rv,
  writePost(wrapPg(pool, rv.store('posts')), carry(topic, rv)),
);
