/**
 * PartiQL, which dynalite lacks, emulated: each statement is read and carried out as the request of
 * DynamoDB's other API that does the same. What is not read is refused, see `partiql-parser.ts`.
 */
import { DynamoDBFault } from './dynamodb-fault.js';
import { type AttributeValue, type Body, type Item, pick } from './item.js';
import { type ParsedStatement, parsePartiql } from './partiql-parser.js';
import { toDelete, toGet, toPut, toQuery, toUpdate } from './partiql-request.js';
import type { TableRegion } from './table-region.js';
import { transactGet, transactWrite } from './transactions.js';
import { writeItem } from './write-operations.js';

const BATCH_COUNT_MAX = 25;

/** `ExecuteStatement`: a `SELECT` is a query or a scan, a page at a time. */
export async function executeStatement(region: TableRegion, input: Body): Promise<Body> {
  const statement = parse(input);
  if (statement.verb === 'SELECT') return select(region, input, statement);
  const { Attributes, ConsumedCapacity } = await writeOne(region, statement, input);
  return {
    Items: Attributes === undefined ? [] : [Attributes],
    ...(ConsumedCapacity !== undefined && { ConsumedCapacity }),
  };
}

/** `BatchExecuteStatement`: reads or writes of single items, each with an answer or an error of its own. */
export async function executeBatch(region: TableRegion, input: Body): Promise<Body> {
  const all = input['Statements'] as readonly Body[];
  if (all.length === 0 || all.length > BATCH_COUNT_MAX) {
    throw invalid(`A batch has 1 to ${String(BATCH_COUNT_MAX)} statements`);
  }
  assertOneKind(all.map(parse));
  const responses: Body[] = [];
  for (const one of all) responses.push(await executeOne(region, one));
  return { Responses: responses };
}

/** `ExecuteTransaction`: as `TransactWriteItems`, or `TransactGetItems`. */
export async function executeTransaction(region: TableRegion, input: Body): Promise<Body> {
  const { TransactStatements: all, ...rest } = input;
  const statements = (all as readonly Body[]).map(parse);
  const isRead = assertOneKind(statements);
  const items = await Promise.all(
    statements.map(async (statement) => {
      const keyNames = await region.keyNames(statement.table);
      return isRead ? { Get: toGet(statement, keyNames) } : toAction(statement, keyNames);
    }),
  );
  const request = { ...rest, TransactItems: items };
  if (isRead) return transactGet(region, request);
  try {
    return { Responses: statements.map(() => ({})), ...(await transactWrite(region, request)) };
  } catch (error) {
    throw namedDuplicates(error, statements);
  }
}

function parse({ Statement, Parameters = [] }: Body): ParsedStatement {
  return parsePartiql(Statement as string, Parameters as readonly AttributeValue[]);
}

/** Whether all are reads; `EXISTS` goes with writes. */
function assertOneKind(statements: readonly ParsedStatement[]): boolean {
  const reads = statements.filter(({ verb }) => verb === 'SELECT').length;
  if (reads !== 0 && reads !== statements.length) {
    throw invalid('Reads and writes cannot be mixed in one request');
  }
  return reads !== 0;
}

function toAction(statement: ParsedStatement, keyNames: readonly string[]): Body {
  switch (statement.verb) {
    case 'INSERT':
      return { Put: toPut(statement, keyNames) };
    case 'UPDATE':
      return { Update: toUpdate(statement, keyNames) };
    case 'EXISTS':
      return { ConditionCheck: toDelete(statement, keyNames) };
    default:
      return { Delete: toDelete(statement, keyNames) };
  }
}

async function writeOne(
  region: TableRegion,
  statement: ParsedStatement,
  { ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure }: Body,
): Promise<Body> {
  const keyNames = await region.keyNames(statement.table);
  const options = { ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure };
  switch (statement.verb) {
    case 'INSERT':
      return writeItem(region, 'PutItem', { ...toPut(statement, keyNames), ...options }).catch(
        (error: unknown) => {
          throw isConditionFailed(error) ? duplicate() : error;
        },
      );
    case 'UPDATE':
      return writeItem(region, 'UpdateItem', { ...toUpdate(statement, keyNames), ...options });
    case 'DELETE':
      return writeItem(region, 'DeleteItem', { ...toDelete(statement, keyNames), ...options });
    default:
      throw invalid(`${statement.verb} has no place here`);
  }
}

async function select(region: TableRegion, input: Body, statement: ParsedStatement): Promise<Body> {
  const keyNames = await keyNamesOf(region, statement);
  const { operation, input: query } = toQuery(statement, keyNames);
  const { NextToken: token, Limit, ConsistentRead, ReturnConsumedCapacity } = input;
  const request = {
    ...query,
    ...(Limit !== undefined && { Limit }),
    ...(ConsistentRead !== undefined && { ConsistentRead }),
    ...(typeof token === 'string' && { ExclusiveStartKey: fromToken(token) }),
    ReturnConsumedCapacity,
  };
  const answer =
    ConsistentRead === true
      ? await region.call(operation, request)
      : await region.callEventually(operation, request);
  const { Items, LastEvaluatedKey, ConsumedCapacity } = answer;
  return {
    Items,
    ...(LastEvaluatedKey !== undefined && {
      LastEvaluatedKey,
      NextToken: Buffer.from(JSON.stringify(LastEvaluatedKey)).toString('base64'),
    }),
    ...(ConsumedCapacity !== undefined && { ConsumedCapacity }),
  };
}

function fromToken(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString());
  } catch {
    throw invalid('Given NextToken is not valid');
  }
}

async function keyNamesOf(
  region: TableRegion,
  { table, index }: ParsedStatement,
): Promise<readonly string[]> {
  if (index === undefined) return region.keyNames(table);
  const { Table } = await region.call('DescribeTable', { TableName: table });
  const { LocalSecondaryIndexes = [], GlobalSecondaryIndexes = [] } = Table as Readonly<
    Record<string, readonly Index[] | undefined>
  >;
  const found = [...LocalSecondaryIndexes, ...GlobalSecondaryIndexes].find(
    ({ IndexName }) => IndexName === index,
  );
  if (!found) throw invalid('The table does not have the specified index');
  return found.KeySchema.map(({ AttributeName }) => AttributeName);
}

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
}

async function executeOne(region: TableRegion, input: Body): Promise<Body> {
  const statement = parse(input);
  const { table: TableName } = statement;
  try {
    const item = await readOrWrite(region, statement, input);
    return item === undefined ? { TableName } : { TableName, Item: item };
  } catch (error) {
    if (!(error instanceof DynamoDBFault)) throw error;
    const { type, message, body } = error;
    const Code =
      type === 'ValidationException' ? 'ValidationError' : type.replace(/Exception$/, '');
    return { TableName, Error: { Code, Message: message, ...pick(body as Item, ['Item']) } };
  }
}

async function readOrWrite(
  region: TableRegion,
  statement: ParsedStatement,
  input: Body,
): Promise<Item | undefined> {
  if (statement.verb !== 'SELECT') {
    return (await writeOne(region, statement, input))['Attributes'] as Item | undefined;
  }
  const isConsistent = input['ConsistentRead'] === true;
  const get = toGet(statement, await region.keyNames(statement.table));
  const request = { ...get, ConsistentRead: isConsistent };
  const answer = isConsistent
    ? await region.call('GetItem', request)
    : await region.callEventually('GetItem', request);
  return answer['Item'] as Item | undefined;
}

/** An insertion that finds an item says so by a name of its own. */
function namedDuplicates(error: unknown, statements: readonly ParsedStatement[]): unknown {
  if (!(error instanceof DynamoDBFault)) return error;
  const { CancellationReasons: reasons } = error.body;
  if (!Array.isArray(reasons)) return error;
  const named = (reasons as readonly Body[]).map((reason, index) => {
    const isDuplicate =
      statements[index]?.verb === 'INSERT' && reason['Code'] === 'ConditionalCheckFailed';
    return isDuplicate ? { Code: 'DuplicateItem', Message: duplicate().message } : reason;
  });
  const codes = named.map(({ Code }) => String(Code)).join(', ');
  const message = error.message.replace(/\[.*\]$/, `[${codes}]`);
  return new DynamoDBFault(error.type, message, { CancellationReasons: named });
}

function isConditionFailed(error: unknown): boolean {
  return error instanceof DynamoDBFault && error.type === 'ConditionalCheckFailedException';
}

function duplicate(): DynamoDBFault {
  return new DynamoDBFault('DuplicateItemException', 'Duplicate primary key exists in table');
}

function invalid(message: string): DynamoDBFault {
  return new DynamoDBFault('ValidationException', message);
}
