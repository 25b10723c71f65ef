import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./unpack-debian.sh', import.meta.url));

/**
 * Servers that this machine's Debian does not have, or not as new, and that tests can do without: they
 * are unpacked from another suite into a cache directory, where the testkit looks for them.
 *
 * @type {readonly { name: string, directory: string, suite: string, packages: readonly string[] }[]}
 */
const unpacked = [
  { name: 'MySQL', directory: 'mysql', suite: 'sid', packages: ['mysql-server-core'] },
  {
    name: 'Ceph',
    directory: 'ceph',
    suite: 'trixie',
    packages: ['radosgw', 'ceph-mon', 'ceph-osd'],
  },
];

/** The testkit looks there (`unpacked-program.ts`): not all servers run as root. */
function findCache() {
  if (process.getuid?.() === 0) return '/var/cache/rendezvous';
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'rendezvous');
}

/**
 * Unpacks what is not yet there. Changes nothing else on the machine, and needs no rights.
 * Returns what to tell: they are optional, so a failure is a note.
 *
 * @returns {string[]}
 */
export function unpackServers() {
  return unpacked.map(({ name, directory, suite, packages }) => {
    const target = join(findCache(), directory);
    if (existsSync(target)) return `✔ ${name} in ${target}`;
    mkdirSync(dirname(target), { recursive: true });
    const parameters = [script, target, suite, ...packages];
    const { status, stderr, error } = spawnSync('sh', parameters, { encoding: 'utf8' });
    if (status === 0) return `✔ ${name} unpacked into ${target}`;
    const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
    return `- ${name} (optional) could not be unpacked, its tests will not run: ${reason}`;
  });
}
