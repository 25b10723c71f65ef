import type { S3 } from '@aws-sdk/client-s3';
import type { MarkerReader, ProbedReplica, ReplicaTarget } from '@rendezvous/protocol';
import type { S3Pair } from '@rendezvous/testkit';
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
const place = (key: string): Uint8Array => encodePlace({ bucket: HOME_BUCKET, key });

function toTarget({ bucket }: VisibilitySetup, url: string): ReplicaTarget {
  const endpoint = `${url}&bucket=${HOME_BUCKET}:${bucket}&deletions=list`;
  return { endpoint, namespace: 'default', store: 'posts' };
}

async function connect(setup: VisibilitySetup): Promise<ProbedReplica> {
  const target = toTarget(setup, setup.pair.replica.url);
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
}
