/**
 * A real S3 that replicates: Ceph's RADOS gateways as a multisite, zones `eu` and `us` of one zone
 * group, which copy each other's objects, versions and deletions asynchronously, as many at a time as
 * they like and in no order. Both zones keep their objects in one small Ceph, each in pools of its
 * own, and know each other by HTTP only.
 *
 * Server processes on free ports of 127.0.0.1, data in memory. The processes and the directory are
 * gone when the owner is, however it ended.
 */
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LagGate } from '../lag-gate.js';
import { startReaper, type Reaper } from '../reaper.js';
import { untilTrue } from '../redis/until-true.js';
import type { DatastoreServer, LaunchedServer } from '../server-process.js';
import { REALM, ZONE_GROUP } from './ceph-config.js';
import { startCephCluster, type CephCluster } from './ceph-cluster.js';
import { requireCephProgram } from './ceph-program.js';
import { startObjectGate, type FetchedObject, type ObjectGate } from './object-gate.js';
import { connectZone, type ZoneClient } from './zone-client.js';
import { APPLICATION, startGateway } from './s3-gateway.js';

/** The S3 API of one zone. `url` names a region and credentials, for a store's configuration. */
export interface S3Zone extends DatastoreServer {
  /** For the SDK's option `endpoint`. */
  readonly endpoint: string;
}

export interface S3BucketOptions {
  /** Default false. */
  readonly versioned?: boolean;
}

export interface S3Pair {
  readonly product: 'S3 (Ceph)';
  /** Ceph's version, such as `18.2.7`. */
  readonly version: string;
  /** The zone `eu`. */
  readonly primary: S3Zone;
  /** The zone `us`. */
  readonly replica: S3Zone;
  /** Of the replication from the primary to the replica. */
  readonly lag: LagGate;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Creates a bucket and resolves once both zones have it and replicate it. */
  createBucket(name: string, options?: S3BucketOptions): Promise<void>;
  /** Ends everything. Idempotent. */
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface S3PairOptions {
  /** Told about each step of the launch, one line each. */
  readonly log?: (line: string) => void;
}

/**
 * Starts both zones, without buckets. Rejects with `config_invalid` when Ceph is not there, or the
 * optional package `@aws-sdk/client-s3` is not installed.
 */
export async function startS3Pair(options: S3PairOptions = {}): Promise<S3Pair> {
  const log = options.log ?? (() => undefined);
  const program = await requireCephProgram();
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'rendezvous-s3-'));
  const reaper = startReaper(directory);
  const started: (() => Promise<unknown>)[] = [() => reaper.release()];
  const shutdown = async (): Promise<void> => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    const cluster = await startCephCluster(program, directory, reaper);
    started.push(() => cluster.abandon());
    log('Ceph answers');
    const gates = [await startObjectGate(), await startObjectGate()] as const;
    started.push(...gates.map((gate) => () => gate.shutdown()));
    await createZones(cluster, gates);
    log('the zones are set up');
    const zones = await startZones(cluster, gates, reaper, started);
    log('both gateways answer');
    const version = await program.run('radosgw', ['--version']);
    return await assemble(zones, gates[0], version, shutdown);
  } catch (error) {
    await shutdown();
    throw error;
  }
}

/** An object that was deleted meanwhile never comes. */
const STORED_TIMEOUT_MS = 2_000;
const POLL_INTERVAL_MS = 10;

type Two<T> = readonly [eu: T, us: T];

/** Users and zones are known before the gateways start, since these read them then. */
async function createZones({ administer }: CephCluster, [eu, us]: Two<ObjectGate>): Promise<void> {
  const toEndpoint = (gate: ObjectGate): string =>
    `--endpoints=http://127.0.0.1:${String(gate.port)}`;
  const system = ['--access-key=system', '--secret=system-secret'];
  const group = `--rgw-zonegroup=${ZONE_GROUP}`;
  const first = ['--master', '--default', toEndpoint(eu)];
  await administer('realm', 'create', `--rgw-realm=${REALM}`, '--default');
  await administer('zonegroup', 'create', group, `--rgw-realm=${REALM}`, ...first);
  await administer('zone', 'create', group, '--rgw-zone=eu', ...first, ...system);
  await administer('user', 'create', '--uid=system', '--display-name=x', '--system', ...system);
  const { accessKeyId, secretAccessKey } = APPLICATION;
  const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
  await administer('user', 'create', '--uid=application', '--display-name=x', ...keys);
  await administer('zone', 'create', group, '--rgw-zone=us', toEndpoint(us), ...system);
  await administer('period', 'update', '--commit');
}

async function startZones(
  cluster: CephCluster,
  gates: Two<ObjectGate>,
  reaper: Reaper,
  started: (() => Promise<unknown>)[],
): Promise<Two<LaunchedServer>> {
  const start = async (zone: string, gate: ObjectGate): Promise<LaunchedServer> => {
    const gateway = await startGateway(cluster, zone, reaper);
    started.push(() => gateway.abandon());
    gate.targetPort = gateway.port;
    return gateway;
  };
  return [await start('eu', gates[0]), await start('us', gates[1])];
}

async function assemble(
  gateways: Two<LaunchedServer>,
  gate: ObjectGate,
  version: string,
  shutdown: () => Promise<void>,
): Promise<S3Pair> {
  const [eu, us] = [await connectZone(gateways[0].url), await connectZone(gateways[1].url)];
  await untilTrue('us does not know its users', () => us.isReady(), SYNC_TIMEOUT_MS);
  return {
    product: 'S3 (Ceph)',
    version: /\d+\.\d+\.\d+/.exec(version)?.[0] ?? '',
    primary: toZone(gateways[0]),
    replica: toZone(gateways[1]),
    lag: toLagGate(gate, us),
    region: ZONE_GROUP,
    credentials: APPLICATION,
    async createBucket(name, { versioned = false } = {}) {
      await eu.createBucket(name, versioned);
      await untilTrue(
        `us has no bucket ${name}`,
        () => us.hasBucket(name, versioned),
        SYNC_TIMEOUT_MS,
      );
      // A bucket's first object takes longer.
      await eu.putObject(name, WARM_UP);
      await untilTrue(
        `${name} is not replicated`,
        async () => (await us.findObject(name, WARM_UP)) !== undefined,
        SYNC_TIMEOUT_MS,
      );
    },
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

const WARM_UP = '.rendezvous-testkit';
/** Zones begin to follow each other within 10 s on an idle machine. */
const SYNC_TIMEOUT_MS = 90_000;

function toZone(gateway: LaunchedServer): S3Zone {
  return {
    get url() {
      return gateway.url;
    },
    get port() {
      return gateway.port;
    },
    get pid() {
      return gateway.pid;
    },
    get endpoint() {
      return `http://127.0.0.1:${String(gateway.port)}`;
    },
    stop: () => gateway.stop(),
    kill: () => gateway.kill(),
    start: () => gateway.start(),
  };
}

function toLagGate(gate: ObjectGate, replica: ZoneClient): LagGate {
  return {
    setDelay: (ms) => {
      gate.setDelay(ms);
      return Promise.resolve();
    },
    pause: async () => {
      await gate.pause();
      // What passed may still be on its way to the replica's disk.
      for (const fetched of gate.takeFetched()) await untilStored(replica, fetched);
    },
    resume: () => {
      gate.resume();
      return Promise.resolve();
    },
    cut: () => {
      gate.cut();
      return Promise.resolve();
    },
  };
}

/** Resolves once `fetched`, or something later, is in the replica, or it has had time enough. */
async function untilStored(replica: ZoneClient, fetched: FetchedObject): Promise<void> {
  const { bucket, key, etag, modifiedMs } = fetched;
  const deadline = performance.now() + STORED_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const stored = await replica.findObject(bucket, key);
    // The API tells whole seconds.
    const second = Math.trunc(modifiedMs / 1_000) * 1_000;
    if (stored && (stored.etag === etag || stored.modifiedMs > second)) return;
    await sleep(POLL_INTERVAL_MS);
  }
}
