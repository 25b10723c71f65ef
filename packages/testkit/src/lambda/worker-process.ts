/** The operating system's side of one execution environment: a process that runs the runtime client. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Reaper } from '../reaper.js';
import type { FunctionSettings } from './function-options.js';

export interface WorkerHost {
  readonly runtimeClient: string;
  readonly region: string;
  /** Where functions may write: their TMPDIR. */
  readonly directory: string;
  readonly reaper: Reaper;
}

export type WorkerChild = ChildProcessByStdio<null, Readable, Readable>;

/** Starts a process for the function, whose Runtime API is at `address`. `onLine` gets all that it writes. */
export function spawnWorker(
  settings: FunctionSettings,
  host: WorkerHost,
  address: string,
  onLine: (line: string) => void,
): WorkerChild {
  const child = spawn(process.execPath, [host.runtimeClient, settings.handler], {
    cwd: settings.directory,
    env: toEnvironment(settings, host, address),
    // A session of its own: the terminal's Ctrl-C must not stop it behind the owner's back.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) {
    host.reaper.watch(pid);
    child.once('exit', () => host.reaper.forget(pid));
  }
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
  return child;
}

/** The variables that Lambda sets, and the function's own. */
function toEnvironment(
  { name, handler, directory, memorySizeMb, environment }: FunctionSettings,
  host: WorkerHost,
  address: string,
): Record<string, string> {
  const { PATH } = process.env;
  const [major = ''] = process.versions.node.split('.');
  return {
    ...(PATH !== undefined && { PATH }),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    TMPDIR: host.directory,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: host.region,
    AWS_DEFAULT_REGION: host.region,
    ...environment,
    // Lambda's own cannot be changed.
    _HANDLER: handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${major}.x`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySizeMb),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomUUID().replaceAll('-', '')}`,
    AWS_LAMBDA_RUNTIME_API: address,
    LAMBDA_TASK_ROOT: directory,
  };
}
