/** PostgreSQL refuses to run as root, so a root owner starts it as somebody else. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RendezvousError } from '@rendezvous/protocol';

const execute = promisify(execFile);

/** In this order: who owns databases on many machines, then who exists on every one. */
const CANDIDATES = ['postgres', 'nobody'];

export interface ProcessUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The user to start servers as: undefined = the owner's own, an existing unprivileged one for root. */
export async function findProcessUser(): Promise<ProcessUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const user = await lookUp(name);
    if (user !== undefined) return user;
  }
  throw new RendezvousError(
    'config_invalid',
    `PostgreSQL does not run as root, and this machine has none of the users ${CANDIDATES.join(', ')}; run this as an ordinary user`,
  );
}

async function lookUp(name: string): Promise<ProcessUser | undefined> {
  try {
    const uid = await execute('id', ['-u', name]);
    const gid = await execute('id', ['-g', name]);
    // macOS writes its nobody, -2, as an unsigned number.
    return { name, uid: Number(uid.stdout) | 0, gid: Number(gid.stdout) | 0 };
  } catch {
    return undefined;
  }
}
