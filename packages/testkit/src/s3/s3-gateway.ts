/** The S3 API of one zone: one RADOS gateway process. */
import { get } from 'node:http';
import { join } from 'node:path';
import type { Reaper } from '../reaper.js';
import { startServer, type LaunchedServer } from '../server-process.js';
import { ZONE_GROUP, REALM } from './ceph-config.js';
import type { CephCluster } from './ceph-cluster.js';

/** Whoever may use the buckets. */
export const APPLICATION = { accessKeyId: 'rendezvous', secretAccessKey: 'rendezvous-secret' };

/** Zones look for changes each second, and are told of most within 50 ms. */
const EAGER = [
  '--rgw-data-notify-interval-msec=50',
  '--rgw-data-sync-poll-interval=1',
  '--rgw-meta-sync-poll-interval=1',
  // Of a bucket's changes the first alone is logged at once, the others three quarters of this later, in
  // whole seconds. So much later an object comes over whose notification was lost: by default up to 22 s.
  '--rgw-data-log-window=2',
  // How long the locks of a gateway that was killed keep the next one from copying, in seconds.
  '--rgw-sync-lease-period=5',
];

/** Starts the gateway of `zone` and resolves once it answers. */
export function startGateway(
  cluster: CephCluster,
  zone: string,
  reaper: Reaper,
): Promise<LaunchedServer> {
  const { accessKeyId, secretAccessKey } = APPLICATION;
  return startServer(
    {
      name: `the gateway of ${zone}`,
      file: cluster.program.file,
      directory: cluster.directory,
      logFile: join(cluster.directory, `gateway-${zone}.log`),
      user: undefined,
      // It keeps nothing, and takes long to end in order.
      signals: { stop: 'SIGTERM', abandon: 'SIGKILL' },
      argumentsFor: (port) =>
        cluster.program.argumentsFor('radosgw', [
          ...['-c', cluster.configFile, '-f', '--name', `client.rgw.${zone}`],
          ...[`--rgw-zone=${zone}`, `--rgw-zonegroup=${ZONE_GROUP}`, `--rgw-realm=${REALM}`],
          `--rgw-frontends=beast endpoint=127.0.0.1:${String(port)}`,
          ...['--rgw-thread-pool-size=32', '--rgw-dynamic-resharding=false', ...EAGER],
        ]),
      urlOf: (port) =>
        `http://${accessKeyId}:${secretAccessKey}@127.0.0.1:${String(port)}/?region=${ZONE_GROUP}`,
      answers: (url) => answersHttp(url),
      isPassing: (log) => log.includes('Address already in use'),
    },
    reaper,
  );
}

function answersHttp(url: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get(`http://${new URL(url).host}/`, { agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).once('error', reject);
  });
}
