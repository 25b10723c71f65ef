import { byteSize, limitOf } from './byte-size.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';

/** The input of `PutItemCommand` (DynamoDB's types) or `PutCommand` (JavaScript's). */
export interface DynamoDbPut {
  // Not read-only: the commands' inputs are not.
  Item?: Record<string, unknown> | undefined;
}

/** A record of the event with which a DynamoDB stream invokes a function. */
export interface DynamoDbRecord {
  readonly dynamodb?:
    | {
        readonly NewImage?:
          Readonly<Record<string, { readonly S?: string | undefined }>> | undefined;
      }
    | undefined;
}

const ATTRIBUTE = '_rendezvous';
const TYPES = new Set(['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'NULL', 'BOOL']);
/** At least what DynamoDB counts for a number, a truth value or null. */
const SCALAR_BYTES = 21;
/** ... and for a map or list, and for each thing in it. */
const NESTING_BYTES = 4;

/**
 * DynamoDB Streams: the attribute `_rendezvous` of the item. A stream record holds the item and nothing of
 * what its writer knew, so every writer of the table has to put it there (an update that does not keeps
 * the older one), and the stream must show new images. A deletion has no new image and carries nothing.
 * It covers what was written before the item, not the item: that is the store's concern.
 */
export const dynamoDbCarrier: MessageCarrier<DynamoDbPut, DynamoDbRecord> = createCarrier({
  name: 'dynamodb',
  read: ({ Item = {} }: DynamoDbPut) => toText(Item[ATTRIBUTE]),
  write: (put, baggage) => {
    if (!put.Item) throw new TypeError('no item');
    const value = isTyped(put.Item) ? { S: baggage } : baggage;
    return { ...put, Item: { ...put.Item, [ATTRIBUTE]: value } };
  },
  readArrived: ({ dynamodb }: DynamoDbRecord) => dynamodb?.NewImage?.[ATTRIBUTE]?.S,
  sizeBytes: ({ Item }) => boundBytes(Item),
  limitBytes: limitOf(400),
});

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const { S } = (value ?? {}) as { S?: unknown };
  return typeof S === 'string' ? S : undefined;
}

/** Whether it is in DynamoDB's types. An item has a key, and in JavaScript's types no key is an object. */
function isTyped(item: Record<string, unknown>): boolean {
  return Object.values(item).every((value) => {
    if (typeof value !== 'object' || value === null) return false;
    const [type, ...others] = Object.keys(value);
    return type !== undefined && others.length === 0 && TYPES.has(type);
  });
}

/** An upper bound of what DynamoDB counts. */
function boundBytes(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return byteSize(value);
  if (typeof value !== 'object' || value === null) return SCALAR_BYTES;
  if (Symbol.iterator in value) {
    return Array.from(value as Iterable<unknown>, boundBytes).reduce(addNested, NESTING_BYTES);
  }
  const members = Object.entries(value).map(([name, each]) => byteSize(name) + boundBytes(each));
  return members.reduce(addNested, NESTING_BYTES);
}

function addNested(sum: number, bytes: number): number {
  return sum + NESTING_BYTES + bytes;
}
