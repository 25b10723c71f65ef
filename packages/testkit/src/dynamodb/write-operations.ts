/** The operations that change items one by one: carried out by dynalite, and noted for replication. */
import type { Body, Item } from './item.js';
import type { TableRegion } from './table-region.js';

/** `PutItem`, `UpdateItem` or `DeleteItem`. */
export function writeItem(region: TableRegion, operation: string, input: Body): Promise<Body> {
  return region.exclusively(async () => {
    const answer = await region.call(operation, input);
    const table = input['TableName'] as string;
    const put = input['Item'] as Item | undefined;
    const key = put ? await region.keyOf(table, put) : (input['Key'] as Item);
    await noteItem(region, table, key, operation, put);
    return answer;
  });
}

/** Notes what one of these operations has made of an item. */
export async function noteItem(
  region: TableRegion,
  table: string,
  key: Item,
  operation: string,
  put: Item | undefined,
): Promise<void> {
  const after = operation === 'UpdateItem' ? await region.read(table, key) : put;
  region.record(table, key, after, region.name);
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

export function writeBatch(region: TableRegion, input: Body): Promise<Body> {
  return region.exclusively(async () => {
    const answer = await region.call('BatchWriteItem', input);
    const tables = input['RequestItems'] as Readonly<Record<string, readonly WriteRequest[]>>;
    for (const [table, requests] of Object.entries(tables)) {
      for (const { PutRequest, DeleteRequest } of requests) {
        const put = PutRequest?.Item;
        const key = put ? await region.keyOf(table, put) : DeleteRequest?.Key;
        if (key) region.record(table, key, put, region.name);
      }
    }
    return answer;
  });
}
