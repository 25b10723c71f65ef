/** Ceph as `npm run setup` unpacks it, run by its own loader with its own libraries. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { RendezvousError } from '@rendezvous/protocol';
import { findLoader, findUnpacked } from '../unpacked-program.js';

const execute = promisify(execFile);

/** What is said of a machine without Ceph. */
const CEPH_MISSING =
  'Ceph is not there: run npm run setup, which unpacks it on Debian where it can be had';

export interface CephProgram {
  /** The loader. */
  readonly file: string;
  /** The libraries that came with it. */
  readonly libraries: string;
  /** What the loader takes to run `/usr/bin/<name>`. */
  argumentsFor(name: string, parameters: readonly string[]): readonly string[];
  /** Runs a program to its end and returns what it printed. Rejects with `store_failed`. */
  run(name: string, parameters: readonly string[]): Promise<string>;
  /** Asks the monitors, by the `ceph` command. */
  ask(configFile: string, parameters: readonly string[]): Promise<string>;
}

/** The Ceph unpacked in `directory`. Undefined when there is none: it cannot be had for every machine. */
export async function findCephProgram(
  directory: string = findUnpacked('ceph'),
): Promise<CephProgram | undefined> {
  const usr = join(directory, 'usr');
  try {
    await access(join(usr, 'bin', 'radosgw'));
    const file = await findLoader(usr);
    return toProgram(usr, file);
  } catch {
    return undefined;
  }
}

/** The same, or `config_invalid` with what to do. */
export async function requireCephProgram(): Promise<CephProgram> {
  const program = await findCephProgram();
  if (program !== undefined) return program;
  throw new RendezvousError('config_invalid', CEPH_MISSING);
}

function toProgram(usr: string, file: string): CephProgram {
  const libraries = dirname(file);
  const libraryPath = [libraries, join(libraries, 'ceph'), join(usr, 'lib', 'ceph')].join(':');
  const argumentsFor = (name: string, parameters: readonly string[]): readonly string[] => [
    '--library-path',
    libraryPath,
    join(usr, 'bin', name),
    ...parameters,
  ];
  const run = async (
    name: string,
    parameters: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<string> => {
    try {
      const { stdout } = await execute(file, argumentsFor(name, parameters), {
        env: { LC_ALL: 'C', ...environment },
      });
      return stdout;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RendezvousError('store_failed', `Ceph could not be set up: ${reason}`, { cause });
    }
  };
  return {
    file,
    libraries,
    argumentsFor,
    run: (name, parameters) => run(name, parameters),
    ask: (configFile, parameters) =>
      run('python3', [join(usr, 'bin', 'ceph'), '-c', configFile, ...parameters], {
        PYTHONHOME: usr,
        PYTHONPATH: join(usr, 'lib', 'python3', 'dist-packages'),
        PYTHONDONTWRITEBYTECODE: '1',
      }),
  };
}
