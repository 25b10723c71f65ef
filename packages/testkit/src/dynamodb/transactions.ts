/**
 * `TransactWriteItems` and `TransactGetItems`, which dynalite lacks, emulated: the actions are carried
 * out one by one while no other write is, and undone when one is refused. A reader may see a part of
 * one meanwhile, as with DynamoDB's own reads outside of transactions. Charged twice, as there.
 */
import { createHash } from 'node:crypto';
import { DynamoDBFault } from './dynamodb-fault.js';
import type { Body, Item } from './item.js';
import { toKeyText } from './item.js';
import type { TableRegion } from './table-region.js';
import { noteItem } from './write-operations.js';

const ACTION_COUNT_MAX = 100;
const TOKEN_MS_MAX = 600_000;

interface Action {
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheck';
  readonly input: Body;
  readonly table: string;
  readonly key: Item;
}

interface Done {
  readonly action: Action;
  readonly before: Item | undefined;
}

/** Client request tokens that were used lately, per region. */
interface UsedToken {
  readonly content: string;
  readonly answer: Body;
  readonly atMs: number;
}

const tokensByRegion = new WeakMap<TableRegion, Map<string, UsedToken>>();

export function transactWrite(region: TableRegion, input: Body): Promise<Body> {
  return region.exclusively(async () => {
    const token = input['ClientRequestToken'] as string | undefined;
    const content = createHash('sha256').update(JSON.stringify(input)).digest('hex');
    const tokens = tokensByRegion.get(region) ?? new Map<string, UsedToken>();
    tokensByRegion.set(region, tokens);
    const used = token === undefined ? undefined : tokens.get(token);
    if (used && performance.now() - used.atMs < TOKEN_MS_MAX) {
      if (used.content === content) return used.answer;
      throw new DynamoDBFault(
        'IdempotentParameterMismatchException',
        'The request uses the same client token as a previous, but non-identical request.',
      );
    }
    const actions = await toActions(region, input['TransactItems'] as readonly Body[]);
    const units = await carryOut(region, actions);
    const answer = withCapacity(input, units);
    if (token !== undefined) tokens.set(token, { content, answer, atMs: performance.now() });
    return answer;
  });
}

async function toActions(region: TableRegion, items: readonly Body[]): Promise<Action[]> {
  if (items.length === 0 || items.length > ACTION_COUNT_MAX) {
    throw invalid('Member must have length less than or equal to 100');
  }
  const actions = await Promise.all(items.map((item) => toAction(region, item)));
  const places = new Set(actions.map(({ table, key }) => `${table} ${toKeyText(key)}`));
  if (places.size === actions.length) return actions;
  throw invalid('Transaction request cannot include multiple operations on one item');
}

async function toAction(region: TableRegion, item: Body): Promise<Action> {
  const [[name, input] = ['', {}]] = Object.entries(item) as [string, Body][];
  const table = input['TableName'] as string;
  if (name === 'Put') {
    const key = await region.keyOf(table, input['Item'] as Item);
    return { operation: 'PutItem', input, table, key };
  }
  const key = input['Key'] as Item;
  if (name === 'Update') return { operation: 'UpdateItem', input, table, key };
  if (name === 'Delete') return { operation: 'DeleteItem', input, table, key };
  return { operation: 'ConditionCheck', input, table, key };
}

/** Resolves with the capacity units of each table. */
async function carryOut(
  region: TableRegion,
  actions: readonly Action[],
): Promise<ReadonlyMap<string, number>> {
  const done: Done[] = [];
  const units = new Map<string, number>();
  const reasons: Body[] = [];
  for (const action of actions) {
    const { operation, input, table, key } = action;
    const before = await region.read(table, key);
    try {
      const answer = await region.call(operation === 'ConditionCheck' ? 'UpdateItem' : operation, {
        ...withoutReturned(input),
        ReturnConsumedCapacity: 'TOTAL',
      });
      const { CapacityUnits = 0 } = answer['ConsumedCapacity'] as { CapacityUnits?: number };
      units.set(table, (units.get(table) ?? 0) + 2 * CapacityUnits);
      // A check is an update of nothing, undone at once.
      if (operation === 'ConditionCheck') await region.restore(table, key, before);
      else done.push({ action, before });
      reasons.push({ Code: 'None' });
    } catch (error) {
      reasons.push(toReason(error, input, before));
    }
  }
  if (reasons.some(({ Code }) => Code !== 'None')) {
    for (const { action, before } of done.reverse()) {
      await region.restore(action.table, action.key, before);
    }
    throw cancelled(reasons);
  }
  for (const { action } of done) {
    const { table, key, operation, input } = action;
    await noteItem(region, table, key, operation, input['Item'] as Item | undefined);
  }
  return units;
}

function withoutReturned(input: Body): Body {
  const { ReturnValuesOnConditionCheckFailure: _, ...rest } = input;
  return rest;
}

function toReason(error: unknown, input: Body, before: Item | undefined): Body {
  if (!(error instanceof DynamoDBFault)) throw error;
  if (error.type === 'ConditionalCheckFailedException') {
    const isReturned = input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD' && before;
    const reason = { Code: 'ConditionalCheckFailed', Message: error.message };
    return isReturned ? { ...reason, Item: before } : reason;
  }
  if (error.type === 'ResourceNotFoundException') throw error;
  return { Code: 'ValidationError', Message: error.message };
}

function cancelled(reasons: readonly Body[]): DynamoDBFault {
  const codes = reasons.map(({ Code }) => String(Code)).join(', ');
  return new DynamoDBFault(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

/** `TransactGetItems`: while no write is under way, so all of one moment. */
export function transactGet(region: TableRegion, input: Body): Promise<Body> {
  return region.exclusively(async () => {
    const items = input['TransactItems'] as readonly { readonly Get: Body }[];
    const units = new Map<string, number>();
    const responses: Body[] = [];
    for (const { Get } of items) {
      const request = { ...Get, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' };
      const { Item, ConsumedCapacity } = await region.call('GetItem', request);
      const { CapacityUnits = 0 } = ConsumedCapacity as { CapacityUnits?: number };
      const table = Get['TableName'] as string;
      units.set(table, (units.get(table) ?? 0) + 2 * CapacityUnits);
      responses.push(Item === undefined ? {} : { Item });
    }
    return { Responses: responses, ...withCapacity(input, units) };
  });
}

function withCapacity(input: Body, units: ReadonlyMap<string, number>): Body {
  const asked = input['ReturnConsumedCapacity'];
  if (asked !== 'TOTAL' && asked !== 'INDEXES') return {};
  const tables = [...units].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits }));
  return { ConsumedCapacity: tables };
}

function invalid(message: string): DynamoDBFault {
  return new DynamoDBFault('ValidationException', message);
}
