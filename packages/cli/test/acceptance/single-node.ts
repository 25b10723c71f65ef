/** One node for eu and us with an embedded journal, whose process can be killed, and its clients. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Connection, connect } from '@rendezvous/client/session';
import type { Role, WaitAnswer } from '@rendezvous/protocol';
import { findFreePort } from '@rendezvous/testkit';
import { RestartableProcess } from './deployment.js';
import type { AcknowledgedOpen } from './open-load.js';

const loadProgram = fileURLToPath(new URL('open-load.ts', import.meta.url));

export interface SingleNode {
  readonly process: RestartableProcess;
  readonly url: string;
  readonly directory: string;
  connect(role: Role): Promise<Connection>;
  shutdown(): Promise<void>;
}

/** Nobody watches its replica: every branch stays open until the test says otherwise. */
export async function startSingleNode(): Promise<SingleNode> {
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-durability-'));
  const url = `ws://127.0.0.1:${String(await findFreePort())}`;
  const config = join(directory, 'config.json');
  const regions = { eu: 'postgres://127.0.0.1:1/none', us: ['postgres://127.0.0.1:1/none'] };
  await writeFile(
    config,
    JSON.stringify({
      regions: { eu: { node: url }, us: { servedBy: 'eu' } },
      stores: { posts: { kind: 'postgres', home: 'eu', regions } },
    }),
  );
  const data = join(directory, 'data');
  const node = new RestartableProcess([
    ...['serve', '--config', config, '--monitors', 'none', '--data', data],
  ]);
  await node.start();
  return {
    process: node,
    url,
    directory: data,
    connect: (role) => connect({ endpoint: url, namespace: 'default', role, region: 'us' }),
    shutdown: async () => {
      await node.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface OpenLoad {
  /** Every open that was acknowledged so far. */
  readonly acknowledged: readonly AcknowledgedOpen[];
  /** Resolves once the process has told of all of its opens. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts a client process that opens `perSecond` branches a second, `total` in all (0: no end). */
export function startOpenLoad(url: string, perSecond: number, total = 0): OpenLoad {
  const acknowledged: AcknowledgedOpen[] = [];
  const child: ChildProcess = fork(loadProgram, [url, String(perSecond), String(total)], {
    execArgv: ['--conditions=rendezvous-source', '--import', 'tsx'],
  });
  child.on('message', (opens: AcknowledgedOpen[]) => acknowledged.push(...opens));
  const ended = once(child, 'exit').then(() => undefined);
  return {
    acknowledged,
    ended,
    stop: async () => {
      if (child.connected) child.send('stop');
      await ended;
    },
  };
}

const BARRIER = '7711336838912810063/1/0/1';

export interface AttachedMonitor {
  /** Says how far the replica is; resolves when the node has taken it in. */
  readonly watermark: (position: string) => Promise<void>;
}

/** Takes the replica of us up, as a monitor does. */
export function attachMonitor(connection: Connection): AttachedMonitor {
  const replica = { store: 'posts', region: 'us', replica: 'us-1', barrier: BARRIER } as const;
  const attach = connection.stream({ kind: 'attach', ...replica }, (body) => {
    if (body.kind === 'failure') throw new Error(`the attach failed: ${body.message}`);
  });
  return {
    watermark: async (position) => {
      await connection.request({ kind: 'watermark', attach, position, announcements: 0 });
    },
  };
}

/** Waits in progress at a time: a session may have 50,000. */
const ASKED_AT_ONCE = 5_000;

/** Those of these opens that the node does not know to be open in us. Its replica must be watched. */
export async function findUnknown(
  connection: Connection,
  opens: readonly AcknowledgedOpen[],
): Promise<AcknowledgedOpen[]> {
  const unknown: AcknowledgedOpen[] = [];
  for (let from = 0; from < opens.length; from += ASKED_AT_ONCE) {
    const some = opens.slice(from, from + ASKED_AT_ONCE);
    const answers = await Promise.all(some.map((open) => askWait(connection, open)));
    const isKnown = ({ status, pending }: WaitAnswer, { bid }: AcknowledgedOpen): boolean =>
      status === 'timed_out' && pending.some((one) => one.bid === bid);
    unknown.push(
      ...some.filter((open, index) => {
        const answer = answers[index];
        return !answer || !isKnown(answer, open);
      }),
    );
  }
  return unknown;
}

/** Asks once, without waiting, whether a read in us would see this write. */
export async function askWait(
  connection: Connection,
  { rid, journal, sequence }: AcknowledgedOpen,
): Promise<WaitAnswer> {
  const coverage = { rids: [rid], everyRid: false, positions: [{ journal, sequence }] };
  const names = {
    region: 'us',
    store: 'posts',
    keys: [],
    timeoutMs: 0,
    withPosition: false,
  } as const;
  const answer = await connection.request({ kind: 'wait', coverage, ...names });
  if (answer.kind !== 'waitAnswer') throw new Error(`a wait was answered by ${answer.kind}`);
  return answer;
}

/** Resident memory of a process in bytes, as Linux tells it. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
