import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./unpack-mysql.sh', import.meta.url));

/** Where the testkit looks for it (`mysql-program.ts`): its servers do not run as root. */
function findDirectory() {
  if (process.getuid?.() === 0) return '/var/cache/rendezvous/mysql';
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'rendezvous', 'mysql');
}

/**
 * Unpacks MySQL where it is not yet. Changes nothing else on the machine, and needs no rights.
 * Returns what to tell: it is optional, so a failure is a note.
 */
export function unpackMysql() {
  const directory = findDirectory();
  if (existsSync(directory)) return `✔ MySQL in ${directory}`;
  mkdirSync(dirname(directory), { recursive: true });
  const { status, stderr, error } = spawnSync('sh', [script, directory], { encoding: 'utf8' });
  if (status === 0) return `✔ MySQL unpacked into ${directory}`;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
  return `- MySQL (optional) could not be unpacked, its tests will not run: ${reason}`;
}
