/**
 * The Streams API of one region, emulated from its change log: each table that has a stream has one
 * shard, which never ends and forgets nothing.
 */
import type { Change } from './change-log.js';
import { DynamoDBFault } from './dynamodb-fault.js';
import type { Body } from './item.js';
import type { TableRegion } from './table-region.js';

const SHARD = 'shardId-00000000000000000000-00000001';
const LABEL = '2026-01-01T00:00:00.000';
const RECORD_COUNT_MAX = 1_000;

export function toStreamArn(region: TableRegion, table: string): string {
  return `arn:aws:dynamodb:${region.name}:000000000000:table/${table}/stream/${LABEL}`;
}

/** What `DescribeTable` says of a table's stream. */
export function describeStreamOf(region: TableRegion, table: string): Body {
  const view = region.streams.get(table);
  if (view === undefined) return {};
  return {
    StreamSpecification: { StreamEnabled: true, StreamViewType: view },
    LatestStreamLabel: LABEL,
    LatestStreamArn: toStreamArn(region, table),
  };
}

export function callStreams(region: TableRegion, operation: string, input: Body): Body {
  switch (operation) {
    case 'ListStreams':
      return { Streams: listStreams(region, input['TableName'] as string | undefined) };
    case 'DescribeStream':
      return { StreamDescription: describeStream(region, toTable(region, input['StreamArn'])) };
    case 'GetShardIterator':
      return { ShardIterator: toIterator(region, input) };
    case 'GetRecords':
      return readRecords(region, input);
    default:
      throw new DynamoDBFault('UnknownOperationException', '');
  }
}

function listStreams(region: TableRegion, table: string | undefined): Body[] {
  const tables = [...region.streams.keys()].filter((name) => table === undefined || name === table);
  return tables.map((name) => ({
    StreamArn: toStreamArn(region, name),
    TableName: name,
    StreamLabel: LABEL,
  }));
}

function describeStream(region: TableRegion, table: string): Body {
  return {
    StreamArn: toStreamArn(region, table),
    StreamLabel: LABEL,
    StreamStatus: 'ENABLED',
    StreamViewType: region.streams.get(table),
    TableName: table,
    Shards: [{ ShardId: SHARD, SequenceNumberRange: { StartingSequenceNumber: toNumber(1) } }],
  };
}

function toIterator(region: TableRegion, input: Body): string {
  const table = toTable(region, input['StreamArn']);
  const type = input['ShardIteratorType'];
  const sequence = Number(input['SequenceNumber'] ?? 0);
  const after =
    type === 'LATEST'
      ? region.log.head
      : type === 'AT_SEQUENCE_NUMBER'
        ? sequence - 1
        : type === 'AFTER_SEQUENCE_NUMBER'
          ? sequence
          : 0;
  return JSON.stringify({ table, after });
}

function readRecords(region: TableRegion, input: Body): Body {
  const { table, after } = JSON.parse(input['ShardIterator'] as string) as {
    readonly table: string;
    readonly after: number;
  };
  const limit = Math.min(Number(input['Limit'] ?? RECORD_COUNT_MAX), RECORD_COUNT_MAX);
  const seen = region.log.after(after);
  const changes = seen.filter((change) => change.table === table).slice(0, limit);
  const last = changes.length < limit ? seen.at(-1) : changes.at(-1);
  const next = { table, after: last?.sequence ?? after };
  return {
    Records: changes.map((change) => toRecord(region, change)),
    NextShardIterator: JSON.stringify(next),
  };
}

function toRecord(region: TableRegion, { table, key, before, after, sequence }: Change): Body {
  const view = region.streams.get(table) ?? '';
  const hasNew = view.startsWith('NEW_') && after;
  const hasOld = view.endsWith('OLD_IMAGES') || view === 'OLD_IMAGE' ? before : undefined;
  return {
    eventID: String(sequence),
    eventName: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region.name,
    dynamodb: {
      Keys: key,
      ...(hasNew && { NewImage: after }),
      ...(hasOld && { OldImage: before }),
      SequenceNumber: toNumber(sequence),
      StreamViewType: view,
    },
  };
}

/** As long as DynamoDB's. */
function toNumber(sequence: number): string {
  return String(sequence).padStart(21, '0');
}

function toTable(region: TableRegion, arn: unknown): string {
  const table = [...region.streams.keys()].find((name) => toStreamArn(region, name) === arn);
  if (table !== undefined) return table;
  throw new DynamoDBFault('ResourceNotFoundException', `Stream not found: ${String(arn)}`);
}
