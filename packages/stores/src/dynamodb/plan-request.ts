/** Plans every command. Pure, but for the shapes of tables. */
import type { Fields } from '../aws-sdk/driver.js';
import type { Attributes } from './attributes.js';
import { type ItemPlace, toItemKey } from './item-key.js';
import { MARKER_ATTRIBUTE } from './marker-attribute.js';
import { markUpdate } from './mark-update.js';
import { planStatements } from './plan-statements.js';
import type { PlanInput, ReadPlan, RequestPlan, WritePlan } from './request-plan.js';

export async function planRequest(request: PlanInput): Promise<RequestPlan> {
  const { commandName, input } = request;
  switch (commandName) {
    case 'PutItemCommand':
      return planPut(request);
    case 'UpdateItemCommand':
      return toWrite([keyPlace(request, input)], (bid) => markUpdate(input, toValue(request, bid)));
    case 'DeleteItemCommand':
      return toWrite([keyPlace(request, input)], () => input);
    case 'BatchWriteItemCommand':
      return planBatchWrite(request);
    case 'TransactWriteItemsCommand':
      return planTransactWrite(request);
    case 'GetItemCommand':
      return toRead([keyPlace(request, input)], input);
    case 'BatchGetItemCommand':
      return planBatchGet(request);
    case 'TransactGetItemsCommand':
      return planTransactGet(request);
    case 'QueryCommand':
    case 'ScanCommand':
      return { ...toRead([undefined], input), globalIndex: await findGlobalIndex(request) };
    case 'ExecuteStatementCommand':
    case 'BatchExecuteStatementCommand':
    case 'ExecuteTransactionCommand':
      return planStatements(request);
    default:
      return { kind: 'other' };
  }
}

async function planPut(request: PlanInput): Promise<WritePlan> {
  const { input } = request;
  const place = await itemPlace(request, input);
  return toWrite([place], (bid) => markItem(request, input, bid));
}

interface WriteRequest {
  readonly PutRequest?: Fields;
  readonly DeleteRequest?: Fields;
}

async function planBatchWrite(request: PlanInput): Promise<WritePlan> {
  const tables = Object.entries(
    (request.input['RequestItems'] ?? {}) as Readonly<Record<string, readonly WriteRequest[]>>,
  );
  const places = tables.flatMap(([TableName, requests]) =>
    requests.map(async ({ PutRequest, DeleteRequest }) =>
      PutRequest
        ? itemPlace(request, { TableName, ...PutRequest })
        : keyPlace(request, { TableName, ...DeleteRequest }),
    ),
  );
  const mark = (bid: string): Fields => {
    const marked = tables.map(([table, requests]) => [
      table,
      requests.map((one) =>
        one.PutRequest ? { ...one, PutRequest: markItem(request, one.PutRequest, bid) } : one,
      ),
    ]);
    return { ...request.input, RequestItems: Object.fromEntries(marked) as Fields };
  };
  return toWrite(await Promise.all(places), mark);
}

interface TransactItem {
  readonly Put?: Fields;
  readonly Update?: Fields;
  readonly Delete?: Fields;
}

async function planTransactWrite(request: PlanInput): Promise<WritePlan> {
  const items = (request.input['TransactItems'] ?? []) as readonly TransactItem[];
  const places = items
    .filter(({ Put, Update, Delete }) => Put ?? Update ?? Delete)
    .map(async ({ Put, Update, Delete = {} }) =>
      Put ? itemPlace(request, Put) : keyPlace(request, Update ?? Delete),
    );
  const mark = (bid: string): Fields => {
    // The same token with another marker would be refused: a caller's retry has to look the same.
    if (request.input['ClientRequestToken'] !== undefined) return request.input;
    const marked = items.map((item) => {
      if (item.Put) return { ...item, Put: markItem(request, item.Put, bid) };
      if (!item.Update) return item;
      return { ...item, Update: markUpdate(item.Update, toValue(request, bid)) };
    });
    return { ...request.input, TransactItems: marked };
  };
  return { ...toWrite(await Promise.all(places), mark), isIdempotent: true };
}

function planBatchGet(request: PlanInput): ReadPlan {
  const tables = Object.entries((request.input['RequestItems'] ?? {}) as Record<string, Fields>);
  const places = tables.flatMap(([TableName, { Keys }]) =>
    ((Keys ?? []) as readonly Attributes[]).map((Key) => keyPlace(request, { TableName, Key })),
  );
  return {
    ...toRead(places, request.input),
    isStrong: tables.every(([, table]) => table['ConsistentRead'] === true),
    strengthen: () => {
      const strong = tables.map(([table, fields]) => [table, { ...fields, ConsistentRead: true }]);
      return { ...request.input, RequestItems: Object.fromEntries(strong) as Fields };
    },
  };
}

function planTransactGet(request: PlanInput): ReadPlan {
  const items = (request.input['TransactItems'] ?? []) as readonly { readonly Get?: Fields }[];
  const places = items.map(({ Get = {} }) => keyPlace(request, Get));
  return { ...toRead(places, request.input), isStrong: true };
}

async function findGlobalIndex({ input, shapeOf }: PlanInput): Promise<string | undefined> {
  const { IndexName: index, TableName: table } = input;
  if (typeof index !== 'string') return undefined;
  const shape = typeof table === 'string' ? await shapeOf(table) : undefined;
  return shape?.localIndexes.has(index) ? undefined : index;
}

type Places = readonly (ItemPlace | undefined)[];

function toWrite(places: Places, mark: (bid: string) => Fields): WritePlan {
  return { kind: 'write', places: whole(places), isIdempotent: false, mark };
}

function toRead(places: Places, input: Fields): ReadPlan {
  return {
    kind: 'read',
    places: whole(places),
    globalIndex: undefined,
    isStrong: input['ConsistentRead'] === true,
    strengthen: () => ({ ...input, ConsistentRead: true }),
  };
}

function whole(places: Places): readonly ItemPlace[] | undefined {
  const known = places.filter((place) => place !== undefined);
  return known.length === places.length && known.length > 0 ? known : undefined;
}

/** Of a request that has the whole item. */
async function itemPlace(request: PlanInput, fields: Fields): Promise<ItemPlace | undefined> {
  const { TableName: table, Item: item } = fields;
  if (typeof table !== 'string' || !item) return undefined;
  const shape = await request.shapeOf(table);
  const key = shape && toItemKey(item as Attributes, shape.keyNames, request.isDocument);
  return key && { table, key };
}

/** Of a request that has the key. */
function keyPlace({ isDocument }: PlanInput, fields: Fields): ItemPlace | undefined {
  const { TableName: table, Key } = fields;
  if (typeof table !== 'string' || typeof Key !== 'object' || Key === null) return undefined;
  const key = toItemKey(Key as Attributes, Object.keys(Key), isDocument);
  return key && { table, key };
}

function markItem(request: PlanInput, fields: Fields, bid: string): Fields {
  if (typeof fields['Item'] !== 'object' || fields['Item'] === null) return fields;
  const marker = { [MARKER_ATTRIBUTE]: toValue(request, bid) };
  return { ...fields, Item: { ...(fields['Item'] as Attributes), ...marker } };
}

function toValue({ isDocument }: PlanInput, bid: string): unknown {
  return isDocument ? bid : { S: bid };
}
