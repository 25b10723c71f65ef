import { S3 } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type DelayProxy, type S3Pair, startDelayProxy, startS3Pair } from '@rendezvous/testkit';
import type {
  ConformanceClient,
  ConformanceHarness,
  ConformanceKeyedCall,
  ConnectOptions,
  RunningReplica,
  RunningStore,
} from '../src/conformance/index.js';
import { s3Visibility, wrapS3 } from '../src/s3/index.js';
import { called } from './outcomes.js';

/** A bucket that two zones have, through the AWS SDK. */
interface S3ConformanceClient extends ConformanceClient {
  readonly s3: S3;
  readonly bare: S3;
  readonly Bucket: string;
}

type Harness = ConformanceHarness<S3ConformanceClient>;

/** Each store is a bucket of its own, which all call by this name. */
const HOME_BUCKET = 'posts';

const writes: Harness['writes'] = [
  {
    title: 'PutObject',
    run: ({ s3, Bucket }, Key, Body) => s3.putObject({ Bucket, Key, Body }),
  },
  {
    title: 'PutObject with a callback',
    run: ({ s3, Bucket }, Key, Body) =>
      called((callback) => {
        s3.putObject({ Bucket, Key, Body }, (error) => {
          callback(error);
        });
      }),
  },
  {
    title: 'CopyObject',
    run: async ({ s3, bare, Bucket }, Key, Body) => {
      const source = `${Key}.source`;
      await bare.putObject({ Bucket, Key: source, Body });
      await s3.copyObject({ Bucket, Key, CopySource: `${Bucket}/${source}` });
    },
  },
  {
    title: 'a multipart upload',
    run: async ({ s3, Bucket }, Key, Body) => {
      const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
      const upload = { Bucket, Key, UploadId };
      const { ETag } = await s3.uploadPart({ ...upload, PartNumber: 1, Body });
      const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
      await s3.completeMultipartUpload({ ...upload, MultipartUpload });
    },
  },
  {
    title: 'an upload by @aws-sdk/lib-storage',
    run: ({ s3, Bucket }, Key, Body) =>
      new Upload({ client: s3, params: { Bucket, Key, Body } }).done(),
  },
];

const otherWrites: Harness['otherWrites'] = [
  { title: 'DeleteObject', run: ({ s3, Bucket }, Key) => s3.deleteObject({ Bucket, Key }) },
  {
    title: 'DeleteObjects',
    run: ({ s3, Bucket }, Key) =>
      s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key }, { Key: `${Key}-2` }] } }),
  },
  {
    title: 'PutObject with a condition',
    run: ({ s3, Bucket }, Key) => s3.putObject({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }),
  },
];

const reads: Harness['reads'] = [
  {
    title: 'GetObject of nothing',
    run: ({ s3, Bucket }, Key) => s3.getObject({ Bucket, Key }).catch(() => undefined),
  },
  { title: 'ListObjectsV2', run: ({ s3, Bucket }) => s3.listObjectsV2({ Bucket }) },
  { title: 'HeadBucket', run: ({ s3, Bucket }) => s3.headBucket({ Bucket }) },
  {
    title: 'CreateMultipartUpload',
    run: ({ s3, Bucket }, Key) => s3.createMultipartUpload({ Bucket, Key }),
  },
];

/** Fails without what is another at each request, whatever it was. */
async function failing(call: Promise<unknown>): Promise<never> {
  try {
    await call;
  } catch (error) {
    for (const field of ['$metadata', '$response', 'RequestId', 'HostId']) {
      Reflect.deleteProperty(error as Error, field);
    }
    throw error;
  }
  throw new Error('it was accepted');
}

const failures: Harness['failures'] = [
  {
    title: 'PutObject into no bucket',
    run: ({ s3 }, Key) => failing(s3.putObject({ Bucket: 'nowhere', Key, Body: 'x' })),
  },
  {
    title: 'DeleteObject in no bucket',
    run: ({ s3 }, Key) => failing(s3.deleteObject({ Bucket: 'nowhere', Key })),
  },
  {
    title: 'CopyObject of nothing',
    run: ({ s3, Bucket }, Key) =>
      failing(s3.copyObject({ Bucket, Key, CopySource: `${Bucket}/never` })),
  },
  {
    title: 'CompleteMultipartUpload of no upload',
    run: ({ s3, Bucket }) =>
      failing(
        s3.completeMultipartUpload({
          ...{ Bucket, Key: 'parts', UploadId: 'never' },
          MultipartUpload: { Parts: [{ ETag: '"x"', PartNumber: 1 }] },
        }),
      ),
  },
];

const keyed: readonly ConformanceKeyedCall<S3ConformanceClient>[] = [
  {
    title: 'PutObject k1',
    run: ({ s3, Bucket }) => s3.putObject({ Bucket, Key: 'k1', Body: 'x' }),
    keys: ['posts/k1'],
  },
  {
    title: 'GetObject k1',
    run: ({ s3, Bucket }) => s3.getObject({ Bucket, Key: 'k1' }),
    keys: ['posts/k1'],
  },
  {
    title: 'CopyObject k1 to k2',
    run: ({ s3, Bucket }) => s3.copyObject({ Bucket, Key: 'k2', CopySource: `${Bucket}/k1` }),
    keys: ['posts/k2'],
  },
  {
    title: 'DeleteObjects k1, k2',
    run: ({ s3, Bucket }) =>
      s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key: 'k1' }, { Key: 'k2' }] } }),
    keys: ['posts/k1', 'posts/k2'],
  },
  {
    title: 'ListObjectsV2',
    run: ({ s3, Bucket }) => s3.listObjectsV2({ Bucket }),
    keys: undefined,
  },
];

/**
 * The harness, and the end of what its stores share: one Ceph, in which each store is a bucket, since
 * Ceph takes half a minute to start.
 */
export function createS3Conformance(): {
  readonly harness: Harness;
  /** Starts what the stores share. */
  readonly start: () => Promise<unknown>;
  readonly shutdown: () => Promise<void>;
} {
  let requests = 0;
  let pair: Promise<S3Pair> | undefined;
  let storeCount = 0;
  const start = (): Promise<S3Pair> => (pair ??= startS3Pair());
  const harness: Harness = {
    name: 'S3 (Ceph) through the AWS SDK',
    strategy: s3Visibility({ onRequest: () => (requests += 1) }),
    startStore: async () => {
      storeCount += 1;
      return startStore(await start(), `store-${String(storeCount)}`);
    },
    connect,
    writes,
    otherWrites,
    reads,
    failures,
    toKey: (key) => `${HOME_BUCKET}/${key}`,
    manyCount: 1_000,
    rollback: { notApplicable: 'S3 has no transactions' },
    keys: { calls: keyed },
    expiry: { notApplicable: 'objects expire after days' },
    severalReplicas: { notApplicable: 'a region has one S3' },
    promotion: { notApplicable: 'a region of S3 is not promoted' },
    olderCopy: { notApplicable: 'a region of S3 is not restored from a copy' },
    monitorOperations: { count: () => Promise.resolve(requests) },
  };
  return { harness, start, shutdown: async () => (await pair)?.shutdown() };
}

async function startStore(pair: S3Pair, bucket: string): Promise<RunningStore> {
  await pair.createBucket(bucket, { versioned: true });
  // What stands for the connections of clients: they can be broken.
  const fronts = await Promise.all(
    [pair.primary, pair.replica].map(({ port }) => startDelayProxy({ targetPort: port })),
  );
  const [primary, replica] = [pair.primary, pair.replica].map((zone, index): RunningReplica => {
    const front = fronts[index] as DelayProxy;
    const url = new URL(zone.url);
    url.port = String(front.port);
    url.searchParams.set('bucket', `${HOME_BUCKET}:${bucket}`);
    url.searchParams.set('deletions', 'list');
    return {
      url: url.href,
      stop: () => zone.stop(),
      kill: () => zone.kill(),
      start: () => zone.start(),
      lag: pair.lag,
      disconnectClients: () => {
        front.cut();
        return Promise.resolve();
      },
    };
  });
  if (primary === undefined || replica === undefined) throw new Error('two zones');
  return {
    primary,
    replicas: [replica],
    shutdown: async () => {
      await pair.lag.setDelay(0);
      await pair.lag.resume();
      // A zone that a case ended is there for the next one.
      await Promise.all([pair.primary.start(), pair.replica.start()]);
      await Promise.all(fronts.map((front) => front.shutdown()));
    },
  };
}

function connect({ url, handle, connectionCount }: ConnectOptions): Promise<S3ConformanceClient> {
  const { host, username, password, searchParams } = new URL(url);
  const Bucket = searchParams.get('bucket')?.replace(`${HOME_BUCKET}:`, '') ?? '';
  const bare = new S3({
    endpoint: `http://${host}`,
    region: searchParams.get('region') ?? '',
    credentials: { accessKeyId: username, secretAccessKey: password },
    forcePathStyle: true,
    // A clock that differs by more than S3 takes costs the SDK a second attempt.
    maxAttempts: 2,
    requestHandler: { httpAgent: { maxSockets: connectionCount, keepAlive: true } },
  });
  const buckets = { [Bucket]: HOME_BUCKET };
  const s3 = handle ? wrapS3(bare, handle, { buckets }) : bare;
  return Promise.resolve({
    s3,
    bare,
    Bucket,
    put: (Key, Body) => s3.putObject({ Bucket, Key, Body: Body === '' ? ' ' : Body }),
    get: async (Key) => {
      try {
        const { Body } = await s3.getObject({ Bucket, Key });
        return await Body?.transformToString();
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    remove: (Key) => s3.deleteObject({ Bucket, Key }),
    shutdown: () => {
      bare.destroy();
      return Promise.resolve();
    },
  });
}
