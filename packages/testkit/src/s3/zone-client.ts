/** What the launcher itself asks of a zone. */
import { RendezvousError } from '@rendezvous/protocol';
import type { S3 } from '@aws-sdk/client-s3';

export interface StoredObject {
  readonly etag: string;
  readonly modifiedMs: number;
}

export interface ZoneClient {
  /** Whether the zone knows who asks: users come from the first zone. */
  isReady(): Promise<boolean>;
  createBucket(name: string, versioned: boolean): Promise<void>;
  /** Whether the bucket is there, as it was created. */
  hasBucket(name: string, versioned: boolean): Promise<boolean>;
  putObject(bucket: string, key: string): Promise<void>;
  findObject(bucket: string, key: string): Promise<StoredObject | undefined>;
}

/** Connects to the zone at `url`. */
export async function connectZone(url: string): Promise<ZoneClient> {
  const { host, username, password, searchParams } = new URL(url);
  const client = new (await loadDriver())({
    endpoint: `http://${host}`,
    region: searchParams.get('region') ?? '',
    forcePathStyle: true,
    credentials: { accessKeyId: username, secretAccessKey: password },
  });
  return {
    isReady: async () => (await orMissing(client.listBuckets({}), 403)) !== undefined,
    async createBucket(Bucket, versioned) {
      await client.createBucket({ Bucket });
      if (!versioned) return;
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await client.putBucketVersioning({ Bucket, VersioningConfiguration });
    },
    async hasBucket(Bucket, versioned) {
      const found = await orMissing(client.getBucketVersioning({ Bucket }));
      return found !== undefined && (!versioned || found.Status === 'Enabled');
    },
    async putObject(Bucket, Key) {
      await client.putObject({ Bucket, Key, Body: 'x' });
    },
    async findObject(Bucket, Key) {
      const found = await orMissing(client.headObject({ Bucket, Key }));
      return found && { etag: found.ETag ?? '', modifiedMs: found.LastModified?.getTime() ?? 0 };
    },
  };
}

async function orMissing<T>(answer: Promise<T>, status: number = 404): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
    if ($metadata?.httpStatusCode === status) return undefined;
    throw error;
  }
}

async function loadDriver(): Promise<typeof S3> {
  try {
    return (await import('@aws-sdk/client-s3')).S3;
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      'Tests of S3 need a package: npm install --save-dev @aws-sdk/client-s3',
      { cause },
    );
  }
}
