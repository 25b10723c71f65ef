/** The HTTP endpoint of one region: DynamoDB's protocol, as the AWS SDK speaks it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { DynamoDBFault } from './dynamodb-fault.js';
import type { Body } from './item.js';
import { executeBatch, executeStatement, executeTransaction } from './partiql.js';
import { callStreams, describeStreamOf } from './streams.js';
import type { TableRegion } from './table-region.js';
import { transactGet, transactWrite } from './transactions.js';
import { writeBatch, writeItem } from './write-operations.js';

export interface TableFront {
  readonly port: number;
  /** Accepts no connection any more and breaks those that there are. Idempotent. */
  stop(): Promise<void>;
  /** Accepts connections again, on the same port. */
  start(): Promise<void>;
  /** Breaks every connection, once. */
  disconnectClients(): void;
}

/** Carries out what changes tables, in every region. */
export type ChangeTables = (operation: string, input: Body) => Promise<Body>;

export async function startTableFront(
  region: TableRegion,
  changeTables: ChangeTables,
): Promise<TableFront> {
  const server = createServer((incoming, outgoing) => {
    answer(region, changeTables, incoming)
      .catch((error: unknown) => {
        if (error instanceof DynamoDBFault) return { status: error.status, body: error.body };
        const { body } = new DynamoDBFault('InternalServerError', String(error));
        return { status: 500, body };
      })
      .then(({ status, body }) => {
        outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
        outgoing.end(JSON.stringify(body));
      })
      .catch(() => undefined);
  });
  const listen = async (at: number): Promise<number> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a TCP server');
    return address.port;
  };
  const port = await listen(0);
  return {
    port,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    async start() {
      if (!server.listening) await listen(port);
    },
    disconnectClients() {
      server.closeAllConnections();
    },
  };
}

async function answer(
  region: TableRegion,
  changeTables: ChangeTables,
  incoming: IncomingMessage,
): Promise<{ readonly status: number; readonly body: Body }> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [api = '', operation = ''] = String(incoming.headers['x-amz-target']).split('.');
  const input = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Body;
  region.counter.addRequest(operation, input);
  const isStreams = api.startsWith('DynamoDBStreams');
  const body = isStreams
    ? callStreams(region, operation, input)
    : await callTable(region, changeTables, operation, input);
  return { status: 200, body };
}

function callTable(
  region: TableRegion,
  changeTables: ChangeTables,
  operation: string,
  input: Body,
): Promise<Body> {
  switch (operation) {
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return writeItem(region, operation, input);
    case 'BatchWriteItem':
      return writeBatch(region, input);
    case 'TransactWriteItems':
      return transactWrite(region, input);
    case 'TransactGetItems':
      return transactGet(region, input);
    case 'ExecuteStatement':
      return executeStatement(region, input);
    case 'BatchExecuteStatement':
      return executeBatch(region, input);
    case 'ExecuteTransaction':
      return executeTransaction(region, input);
    case 'GetItem':
    case 'Query':
    case 'Scan':
      return input['ConsistentRead'] === true
        ? region.call(operation, input)
        : region.callEventually(operation, input);
    case 'BatchGetItem':
      return getBatch(region, input);
    case 'CreateTable':
    case 'UpdateTable':
    case 'DeleteTable':
      return changeTables(operation, input);
    case 'DescribeTable':
      return describeTable(region, input);
    default:
      return region.call(operation, input);
  }
}

/** Tables that are read consistently come from the leader, the others may be stale. */
async function getBatch(region: TableRegion, input: Body): Promise<Body> {
  const tables = Object.entries(input['RequestItems'] as Readonly<Record<string, Body>>);
  const isConsistent = ([, table]: readonly [string, Body]): boolean =>
    table['ConsistentRead'] === true;
  const groups = [tables.filter(isConsistent), tables.filter((table) => !isConsistent(table))];
  const answers = await Promise.all(
    groups.map(async (group, index): Promise<Body> => {
      if (group.length === 0 && tables.length > 0) return {};
      const request = { ...input, RequestItems: Object.fromEntries(group) };
      return index === 0
        ? region.call('BatchGetItem', request)
        : region.callEventually('BatchGetItem', request);
    }),
  );
  return mergeBatches(answers);
}

function mergeBatches([a = {}, b = {}]: readonly Body[]): Body {
  const join = (name: string): Body => ({ ...(a[name] as Body), ...(b[name] as Body) });
  const consumed = [a, b].flatMap((one) => (one['ConsumedCapacity'] ?? []) as readonly Body[]);
  return {
    Responses: join('Responses'),
    UnprocessedKeys: join('UnprocessedKeys'),
    ...(consumed.length > 0 && { ConsumedCapacity: consumed }),
  };
}

async function describeTable(region: TableRegion, input: Body): Promise<Body> {
  const { Table, ...rest } = await region.call('DescribeTable', input);
  const stream = describeStreamOf(region, input['TableName'] as string);
  return { ...rest, Table: { ...(Table as Body), ...stream } };
}
