/** Where this machine has what `npm run setup` unpacks from another suite of Debian. */
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** For root a place that the servers' user can read, too. */
export function findUnpacked(name: string): string {
  if (process.getuid?.() === 0) return join('/var/cache/rendezvous', name);
  const cache = process.env['XDG_CACHE_HOME'] ?? '';
  return join(cache === '' ? join(homedir(), '.cache') : cache, 'rendezvous', name);
}

/** The C library's loader in `usr`, under the name that each architecture gives it. Rejects where it is not. */
export async function findLoader(usr: string): Promise<string> {
  const loader =
    process.arch === 'arm64'
      ? 'lib/aarch64-linux-gnu/ld-linux-aarch64.so.1'
      : 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2';
  return realpath(join(usr, loader));
}
