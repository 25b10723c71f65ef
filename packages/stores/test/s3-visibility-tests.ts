import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Event, S3 } from '@aws-sdk/client-s3';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import type { MarkerReader, ProbedReplica, ReplicaTarget } from '@rendezvous/protocol';
import { type S3Pair, startMessageServer } from '@rendezvous/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { s3Visibility } from '../src/s3/index.js';
import { encodePlace } from '../src/s3/object-place.js';

export interface VisibilitySetup {
  readonly pair: S3Pair;
  /** Clients of the zones. */
  readonly eu: S3;
  readonly us: S3;
  /** A bucket with versions. */
  readonly bucket: string;
}

const HOME_BUCKET = 'home';
/** The second one is Ceph's own. */
const EVENTS = ['s3:ObjectCreated:*', 's3:ObjectSynced:*'] as Event[];
const place = (key: string): Uint8Array => encodePlace({ bucket: HOME_BUCKET, key });

function toTarget({ bucket }: VisibilitySetup, url: string, query = ''): ReplicaTarget {
  const endpoint = `${url}&bucket=${HOME_BUCKET}:${bucket}&deletions=list${query}`;
  return { endpoint, namespace: 'default', store: 'posts' };
}

async function connect(setup: VisibilitySetup, query = ''): Promise<ProbedReplica> {
  const target = toTarget(setup, setup.pair.replica.url, query);
  const replica = await s3Visibility().connectReplica(target, new AbortController().signal);
  onTestFinished(() => replica.shutdown());
  return replica;
}

async function connectPrimary(setup: VisibilitySetup): Promise<MarkerReader> {
  const target = toTarget(setup, setup.pair.primary.url);
  const primary = await s3Visibility().connectPrimary(target, new AbortController().signal);
  onTestFinished(() => primary.shutdown());
  return primary;
}

/** What a monitor sees of a zone. */
export function testVisibility(setupOf: () => VisibilitySetup): void {
  test('markers come in the order of their keys, and versions where there are none', async () => {
    const setup = setupOf();
    const { us, bucket: Bucket } = setup;
    const Metadata = { 'rv-bid': 'bid-1' };
    await us.putObject({ Bucket, Key: 'ä/ö', Body: 'x', Metadata });
    const { VersionId = '' } = await us.putObject({ Bucket, Key: 'unmarked', Body: 'x' });
    const replica = await connect(setup);
    const keys = ['nowhere', 'unmarked', 'ä/ö'].map(place);
    await expect(replica.readMarkers(keys)).resolves.toEqual(['', `v:${VersionId}`, 'bid-1']);
  });

  test('a key of no use hides no marker of the others', async () => {
    const setup = setupOf();
    const { us, bucket: Bucket } = setup;
    await us.putObject({ Bucket, Key: 'kept', Body: 'x', Metadata: { 'rv-bid': 'bid-2' } });
    const replica = await connect(setup);
    const inNoBucket = encodePlace({ bucket: 'nowhere', key: 'a' });
    const keys = [inNoBucket, Buffer.from('nonsense'), place('x'.repeat(2_000)), place('kept')];
    await expect(replica.readMarkers(keys)).resolves.toEqual(['', '', '', 'bid-2']);
  });

  test('rule 14: a deletion has the same name in both zones, once it has arrived', async () => {
    const setup = setupOf();
    const { pair, eu, us, bucket: Bucket } = setup;
    const [replica, primary] = [await connect(setup), await connectPrimary(setup)];
    const markerIn = async (reader: MarkerReader): Promise<string | undefined> =>
      (await reader.readMarkers([place('deleted')]))[0];
    await eu.putObject({ Bucket, Key: 'deleted', Body: 'x', Metadata: { 'rv-bid': 'bid-3' } });
    await eu.putObject({ Bucket, Key: 'deleted-2', Body: 'x' });
    while ((await markerIn(replica)) !== 'bid-3');
    await pair.lag.pause();
    const { VersionId = '' } = await eu.deleteObject({ Bucket, Key: 'deleted' });
    expect([await markerIn(primary), await markerIn(replica)]).toEqual([`v:${VersionId}`, 'bid-3']);
    await pair.lag.resume();
    while (['bid-3', ''].includes((await markerIn(replica)) ?? ''));
    expect(await markerIn(replica)).toBe(`v:${VersionId}`);
    await expect(us.headObject({ Bucket, Key: 'deleted' })).rejects.toThrow();
  });

  test('events of a bucket say where to look', async () => {
    const setup = setupOf();
    const queue = await startQueue(setup);
    const replica = await connect(setup, `&queue=${encodeURIComponent(queue.url)}`);
    const heard = new Set<string>();
    let hear: (() => void) | undefined;
    await replica.listen?.((keys) => {
      for (const key of keys) heard.add(Buffer.from(key).toString());
      hear?.();
    });
    const told = new Promise<void>((resolve) => (hear = resolve));
    const { us, bucket: Bucket } = setup;
    await us.putObject({ Bucket, Key: 'told of/ä', Body: 'x' });
    await told;
    expect([...heard]).toEqual([`${HOME_BUCKET}/told of/ä`]);
  });
}

/** A queue that gets the bucket's events, as they leave the zone us. */
async function startQueue({
  pair,
  us,
  bucket: Bucket,
}: VisibilitySetup): Promise<{ readonly url: string }> {
  const messages = await startMessageServer();
  onTestFinished(() => messages.shutdown());
  const { region, credentials } = pair;
  const sqs = new SQS({ endpoint: messages.endpoint, region, credentials });
  const { QueueUrl = '' } = await sqs.createQueue({ QueueName: 'events' });
  // Ceph pushes events by HTTP, and knows no queues.
  const relay = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const MessageBody = Buffer.concat(chunks).toString();
      sqs.sendMessage({ QueueUrl, MessageBody }).then(
        () => outgoing.end(),
        () => outgoing.writeHead(500).end(),
      );
    });
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  onTestFinished(() => {
    relay.close();
    relay.closeAllConnections();
    sqs.destroy();
  });
  const { port } = relay.address() as AddressInfo;
  const sns = new SNS({ endpoint: pair.replica.endpoint, region, credentials });
  const Attributes = { 'push-endpoint': `http://127.0.0.1:${String(port)}` };
  const { TopicArn } = await sns.createTopic({ Name: 'events', Attributes });
  sns.destroy();
  const TopicConfigurations = [{ Id: 'all', TopicArn, Events: EVENTS }];
  await us.putBucketNotificationConfiguration({
    Bucket,
    NotificationConfiguration: { TopicConfigurations },
  });
  // Its own name for this machine may be known to nobody.
  return { url: `${messages.endpoint}${new URL(QueueUrl).pathname}` };
}
