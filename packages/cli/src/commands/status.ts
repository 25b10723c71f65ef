import { connect } from '@rendezvous/client/session';
import { RendezvousError } from '@rendezvous/protocol';
import type { StatusAnswer } from '@rendezvous/protocol';
import { createWebSocketFactory } from '@rendezvous/server';
import type { Command, Io } from '../command.js';
import { readTls } from '../config/read-tls.js';
import { formatStatus } from '../format-status.js';
import { TLS_OPTIONS, TOKEN_OPTIONS } from '../shared-options.js';
import type { TlsFileOptions, TokenOptions } from '../shared-options.js';

export interface StatusOptions extends TokenOptions, TlsFileOptions {
  readonly node: string;
  readonly namespace: string;
  readonly timeoutMs: number;
  readonly json: boolean;
}

export const command: Command<StatusOptions> = {
  name: 'status',
  description: 'Ask a node for its journals, monitors and open branches',
  usage: 'status [options]',
  examples: [
    { line: 'rendezvous status', explanation: 'The node on this machine' },
    {
      line: 'RENDEZVOUS_TOKEN=… rendezvous status --node wss://rv.eu --json',
      explanation: 'A node elsewhere, for a program',
    },
  ],
  options: {
    node: {
      type: 'text',
      placeholder: 'URL',
      default: 'ws://127.0.0.1:7410',
      description: 'Node to ask',
    },
    namespace: {
      type: 'text',
      placeholder: 'NAME',
      default: 'default',
      description: 'Namespace that the node serves',
      env: 'RENDEZVOUS_NAMESPACE',
    },
    ...TOKEN_OPTIONS,
    ...TLS_OPTIONS,
    timeoutMs: {
      type: 'integer',
      placeholder: 'MS',
      min: 1,
      max: 60_000,
      default: 5_000,
      description: 'How long to wait for the node to be reached, and then for its answer',
    },
    json: { type: 'flag', description: 'Print the answer as one JSON object on one line' },
  },
};

/** Exits 1 when the node cannot be reached or refuses. */
export async function run(options: StatusOptions, io: Io): Promise<number> {
  const answer = await ask(options, io);
  io.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : formatStatus(answer));
  return 0;
}

async function ask(options: StatusOptions, { cwd, signal }: Io): Promise<StatusAnswer> {
  const tls = await readTls(options, cwd);
  const { node: endpoint, namespace, token, timeoutMs } = options;
  const connection = await connect({
    endpoint,
    namespace,
    ...(token === undefined ? {} : { token }),
    ...(tls && { webSocket: createWebSocketFactory(tls) }),
    // Every role may ask; most tokens allow this one.
    role: 'reader',
    region: '',
    agent: 'rendezvous status',
    connectTimeoutMs: timeoutMs,
    signal,
  });
  try {
    const answer = await connection.request({ kind: 'status' }, { timeoutMs, signal });
    if (answer.kind === 'statusAnswer') return answer;
    throw new RendezvousError('internal', `the node answered status with ${answer.kind}`);
  } finally {
    connection.shutdown();
  }
}
