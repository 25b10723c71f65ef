/** Looks up the markers of items, strongly consistent, in as few requests as DynamoDB takes. */
import { RendezvousError } from '@rendezvous/protocol';
import type { CapacityBudget } from './capacity-budget.js';
import { decodeItemKey, encodeItemKey, type ItemKey, type ItemPlace } from './item-key.js';
import { MARKER_ATTRIBUTE } from './marker-attribute.js';
import type { BatchGetInput, BatchGetTable, TableClient, WireItem } from './monitor-driver.js';

export interface MarkerLookup {
  readonly client: TableClient;
  readonly budget: CapacityBudget;
  /** Told what each request has cost. */
  readonly onConsumed: (readUnits: number) => void;
}

/** What is still unprocessed after so many requests is not to be had now. */
const REQUEST_COUNT_MAX = 20;
/** One bad key, or a table that is gone, must not hide the markers of all others. */
const OF_THE_KEYS: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'ValidationException',
]);

/**
 * One marker for each key, `''` for none. The keys are different ones, at most 100. Rejects with
 * `store_failed` when DynamoDB cannot be asked, and when it leaves keys unprocessed for long.
 */
export async function readMarkers(
  lookup: MarkerLookup,
  keys: readonly Uint8Array[],
): Promise<readonly string[]> {
  const places = keys.map(decodeItemKey);
  const known = places.filter((place) => place !== undefined);
  const markers = known.length === 0 ? new Map<string, string>() : await lookUp(lookup, known);
  return places.map((place) => (place && markers.get(toText(place))) ?? '');
}

async function lookUp(
  lookup: MarkerLookup,
  places: readonly ItemPlace[],
): Promise<Map<string, string>> {
  try {
    return await readAll(lookup, places);
  } catch (error) {
    const { name = '' } = (error ?? {}) as { readonly name?: string };
    if (!OF_THE_KEYS.has(name)) {
      throw new RendezvousError('store_failed', `DynamoDB: ${String(error)}`, { cause: error });
    }
    if (places.length === 1) return new Map();
    const half = places.length >> 1;
    const left = await lookUp(lookup, places.slice(0, half));
    const right = await lookUp(lookup, places.slice(half));
    return new Map([...left, ...right]);
  }
}

async function readAll(
  { client, budget, onConsumed }: MarkerLookup,
  places: readonly ItemPlace[],
): Promise<Map<string, string>> {
  const markers = new Map<string, string>();
  let tables: BatchGetInput['RequestItems'] = toRequest(places);
  for (let count = 0; Object.keys(tables).length > 0; count++) {
    if (count === REQUEST_COUNT_MAX) throw new Error('it left keys unprocessed');
    await budget.admit();
    const answer = await client.batchGetItem({
      RequestItems: tables,
      ReturnConsumedCapacity: 'TOTAL',
    });
    const units = (answer.ConsumedCapacity ?? []).map(({ CapacityUnits = 0 }) => CapacityUnits);
    const sum = units.reduce((total, each) => total + each, 0);
    budget.spend(sum);
    onConsumed(sum);
    for (const [table, items] of Object.entries(answer.Responses ?? {})) {
      for (const item of items) addMarker(markers, table, item);
    }
    tables = answer.UnprocessedKeys ?? {};
  }
  return markers;
}

/** A projection saves no capacity, but the way. */
function toRequest(places: readonly ItemPlace[]): Record<string, BatchGetTable> {
  const tables: Record<string, { names: Set<string>; Keys: WireItem[] }> = {};
  for (const { table, key } of places) {
    const { names, Keys } = (tables[table] ??= { names: new Set([MARKER_ATTRIBUTE]), Keys: [] });
    for (const name of Object.keys(key)) names.add(name);
    Keys.push(toWire(key));
  }
  return Object.fromEntries(
    Object.entries(tables).map(([table, { names, Keys }]) => {
      const placeholders = [...names].map((name, index) => [`#a${String(index)}`, name] as const);
      return [
        table,
        {
          Keys,
          ConsistentRead: true,
          ProjectionExpression: placeholders.map(([placeholder]) => placeholder).join(', '),
          ExpressionAttributeNames: Object.fromEntries(placeholders),
        },
      ];
    }),
  );
}

function addMarker(markers: Map<string, string>, table: string, item: WireItem): void {
  const { [MARKER_ATTRIBUTE]: marker, ...attributes } = item;
  const { S: bid } = (marker ?? {}) as { readonly S?: string };
  if (typeof bid === 'string') markers.set(toText({ table, key: fromWire(attributes) }), bid);
}

function toWire(key: ItemKey): WireItem {
  const entries = Object.entries(key).map(([name, value]) => [
    name,
    'B' in value ? { B: Buffer.from(value.B, 'base64') } : value,
  ]);
  return Object.fromEntries(entries) as WireItem;
}

function fromWire(attributes: WireItem): ItemKey {
  const entries = Object.entries(attributes).map(([name, value]) => {
    const { B } = value as { readonly B?: Uint8Array };
    return [name, B ? { B: Buffer.from(B).toString('base64') } : value];
  });
  return Object.fromEntries(entries) as ItemKey;
}

/** Equal for equal keys, however their numbers are written. */
function toText(place: ItemPlace): string {
  return Buffer.from(encodeItemKey(place)).toString();
}
