/** One `dynalite` in this process: DynamoDB's API over a table store in memory. */
import { once } from 'node:events';
import { Agent, request, type Server } from 'node:http';
import { RendezvousError } from '@rendezvous/protocol';
import { toFault } from './dynamodb-fault.js';
import type { Body } from './item.js';

export interface DynaliteServer {
  /** Asks for one operation of `DynamoDB_20120810`. Rejects with a `DynamoDBFault`. */
  call(operation: string, body: Body): Promise<Body>;
  shutdown(): Promise<void>;
}

/** The part of the package `dynalite` in use; it has no types of its own. */
type CreateDynalite = (options: Readonly<Record<string, number>>) => Server;

/** Tables are there at once. */
const OPTIONS = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
/** Dynalite asks for a signature, and does not check it. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=x/20200101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=x';

/** Rejects with `config_invalid` when the optional package is not installed. */
export async function startDynalite(): Promise<DynaliteServer> {
  const server = (await loadDynalite())(OPTIONS);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  const { port } = address;
  const agent = new Agent({ keepAlive: true });
  return {
    async call(operation, body) {
      const { status, text } = await post(port, agent, operation, JSON.stringify(body));
      const answer = JSON.parse(text) as Body;
      if (status !== 200) throw toFault(status, answer);
      return answer;
    },
    async shutdown() {
      agent.destroy();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

async function loadDynalite(): Promise<CreateDynalite> {
  try {
    // Optional, and without types: only who tests with DynamoDB has it.
    const name: string = 'dynalite';
    const loaded = (await import(name)) as { readonly default: CreateDynalite };
    return loaded.default;
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      'The emulated DynamoDB needs the package dynalite: npm install --save-dev dynalite@4.0.0',
      { cause },
    );
  }
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

function post(port: number, agent: Agent, operation: string, body: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(body),
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20200101T000000Z',
      authorization: AUTHORIZATION,
    };
    const outgoing = request({ host: '127.0.0.1', port, agent, method: 'POST', headers });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(body);
  });
}
