/** The smallest Ceph that gateways can replicate on: nothing is kept on disk, nothing is kept twice. */
import { join } from 'node:path';
import type { CephProgram } from './ceph-program.js';

export const CLUSTER_ID = '8e3ea0b6-0000-4000-8000-00000000aaaa';
export const OSD_ID = '8e3ea0b6-0000-4000-8000-00000000bbbb';
export const REALM = 'rv';
export const ZONE_GROUP = 'world';

/** The text of `ceph.conf` for a cluster in `directory` whose monitor listens on `monitorPort`. */
export function toCephConfig(
  { libraries }: CephProgram,
  directory: string,
  monitorPort: number,
): string {
  const plugins = join(libraries, 'ceph');
  return `[global]
fsid = ${CLUSTER_ID}
mon host = [v2:127.0.0.1:${String(monitorPort)}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
run dir = ${directory}
admin socket =
log file =
log to stderr = true
debug rgw = 0/0
debug rgw sync = 0/0
debug ms = 0/0
debug objecter = 0/0
debug osd = 0/0
debug memstore = 0/0
debug mon = 0/0
debug paxos = 0/0
objecter tick interval = 1
osd client watch timeout = 4
pid file =
plugin dir = ${plugins}
erasure code dir = ${join(plugins, 'erasure-code')}
osd class dir = ${join(libraries, 'rados-classes')}
ms bind ipv4 = true
ms bind msgr1 = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 2000
mon data avail crit = 1
[mon.a]
mon data = ${join(directory, 'mon')}
[osd.0]
osd data = ${join(directory, 'osd')}
osd objectstore = memstore
memstore device bytes = 2147483648
osd uuid = ${OSD_ID}
[client]
rgw dns name =
rgw realm = ${REALM}
ms mon client mode = crc
rgw num async rados threads = 8
`;
}
