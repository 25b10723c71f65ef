/** What keeps the objects of both zones: one monitor and one OSD of Ceph, in memory. */
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findFreePort } from '../free-port.js';
import type { Reaper } from '../reaper.js';
import { startServer, type LaunchedServer, type ServerProgram } from '../server-process.js';
import { CLUSTER_ID, OSD_ID, toCephConfig } from './ceph-config.js';
import type { CephProgram } from './ceph-program.js';

export interface CephCluster {
  readonly program: CephProgram;
  readonly directory: string;
  readonly configFile: string;
  /** Runs `radosgw-admin`. Rejects with `store_failed`. */
  readonly administer: (...parameters: readonly string[]) => Promise<string>;
  /** Ends both at once. Idempotent. */
  abandon(): Promise<void>;
}

/** Starts both in `directory` and resolves once they take data. */
export async function startCephCluster(
  program: CephProgram,
  directory: string,
  reaper: Reaper,
): Promise<CephCluster> {
  const configFile = join(directory, 'ceph.conf');
  const port = await findFreePort();
  await writeFile(configFile, toCephConfig(program, directory, port));
  await mkdir(join(directory, 'mon'));
  await mkdir(join(directory, 'osd'));
  const map = join(directory, 'monmap');
  const address = `[v2:127.0.0.1:${String(port)}]`;
  await program.run('monmaptool', ['--create', '--fsid', CLUSTER_ID, '--addv', 'a', address, map]);
  const config = ['-c', configFile];
  await program.run('ceph-mon', [...config, '-i', 'a', '--mkfs', '--monmap', map]);
  const launch = { program, directory, configFile };
  const monitor = await startServer(
    { ...toServer(launch, 'mon', 'a'), port, answers: () => accepts(port) },
    reaper,
  );
  let osd: LaunchedServer | undefined;
  try {
    await program.ask(configFile, ['osd', 'new', OSD_ID]);
    await program.run('ceph-osd', [...config, '-i', '0', '--mkfs']);
    const answers = async (): Promise<boolean> =>
      (await program.ask(configFile, ['osd', 'stat'])).includes('1 up');
    osd = await startServer({ ...toServer(launch, 'osd', '0'), answers }, reaper);
  } catch (error) {
    await monitor.abandon();
    throw error;
  }
  const servers = [osd, monitor];
  return {
    ...launch,
    administer: (...parameters) =>
      program.run('radosgw-admin', [...config, '--name', 'client.admin', ...parameters]),
    abandon: async () => {
      await Promise.all(servers.map((server) => server.abandon()));
    },
  };
}

interface Launch {
  readonly program: CephProgram;
  readonly directory: string;
  readonly configFile: string;
}

function toServer(
  { program, directory, configFile }: Launch,
  role: 'mon' | 'osd',
  id: string,
): Omit<ServerProgram, 'answers'> {
  return {
    name: `Ceph (${role})`,
    file: program.file,
    directory,
    logFile: join(directory, `${role}.log`),
    user: undefined,
    // There is nothing to keep.
    signals: { stop: 'SIGTERM', abandon: 'SIGKILL' },
    argumentsFor: () => program.argumentsFor(`ceph-${role}`, ['-c', configFile, '-i', id, '-f']),
    urlOf: () => '',
    isPassing: () => false,
  };
}

/** Whether something listens there. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
