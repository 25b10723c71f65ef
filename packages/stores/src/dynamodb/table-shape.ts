/** What the shim must know of a table: the names of its key, and its local indexes. */
import type { Fields, SdkClient, SdkCommand, SdkCommandConstructor } from '../aws-sdk/driver.js';
import { toTableName } from './item-key.js';

export interface TableShape {
  /** Partition key first. */
  readonly keyNames: readonly string[];
  /** They follow the table's own items at once; global ones do so later. */
  readonly localIndexes: ReadonlySet<string>;
}

/** Undefined: it cannot be learned now. */
export type ShapeSource = (table: string) => Promise<TableShape | undefined>;

/** A table that could not be described is asked about again after so long. */
const RETRY_AFTER_MS = 60_000;

/**
 * Learns the shape of each table once, with `DescribeTable`, unless its key is named in `keys`. Never
 * rejects: without the permission, or the table, there is no shape.
 */
export class TableShapes {
  readonly #shapes = new Map<string, Promise<TableShape | undefined>>();
  readonly #keys: Readonly<Record<string, readonly string[]>>;

  constructor(keys: Readonly<Record<string, readonly string[]>> = {}) {
    this.#keys = keys;
  }

  /** `command`: any low-level command of this client, see `describeTable`. */
  learn(client: SdkClient, command: SdkCommand, tableOrArn: string): ReturnType<ShapeSource> {
    const table = toTableName(tableOrArn);
    const keyNames = this.#keys[table];
    if (keyNames) return Promise.resolve({ keyNames, localIndexes: new Set() });
    const known = this.#shapes.get(table);
    if (known) return known;
    const learning = describeTable(client, command, tableOrArn).catch(() => {
      const forget = setTimeout(() => this.#shapes.delete(table), RETRY_AFTER_MS);
      forget.unref();
      return undefined;
    });
    this.#shapes.set(table, learning);
    return learning;
  }
}

/**
 * Describes a table with nothing at hand but a command of another kind: commands are classes of the
 * driver, which this package does not import. A new command of that class carries the request: its
 * body and target are replaced before it is signed, its answer before it is read.
 */
async function describeTable(
  client: SdkClient,
  command: SdkCommand,
  table: string,
): Promise<TableShape | undefined> {
  const carrier = new (command.constructor as SdkCommandConstructor)({ TableName: table });
  let description: Fields = {};
  carrier.middlewareStack.addRelativeTo(
    (next) => (args) => {
      if (args.request === undefined) return next(args);
      args.request.headers['x-amz-target'] = 'DynamoDB_20120810.DescribeTable';
      args.request.body = JSON.stringify({ TableName: table });
      return next(args);
    },
    { name: 'rendezvousDescribe', relation: 'after', toMiddleware: 'serializerMiddleware' },
  );
  carrier.middlewareStack.addRelativeTo(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { statusCode?: number; body?: unknown };
      if (response.statusCode !== 200) return result;
      description = JSON.parse(await readText(response.body)) as Fields;
      response.body = new TextEncoder().encode('{}');
      return result;
    },
    { name: 'rendezvousDescription', relation: 'after', toMiddleware: 'deserializerMiddleware' },
  );
  await client.send(carrier);
  return toShape(description['Table'] as Fields | undefined);
}

function toShape(table: Fields | undefined): TableShape | undefined {
  const { KeySchema, LocalSecondaryIndexes = [] } = (table ?? {}) as {
    readonly KeySchema?: readonly { readonly AttributeName: string; readonly KeyType: string }[];
    readonly LocalSecondaryIndexes?: readonly { readonly IndexName: string }[];
  };
  if (!KeySchema) return undefined;
  return {
    keyNames: KeySchema.map(({ AttributeName }) => AttributeName),
    localIndexes: new Set(LocalSecondaryIndexes.map(({ IndexName }) => IndexName)),
  };
}

async function readText(body: unknown): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
