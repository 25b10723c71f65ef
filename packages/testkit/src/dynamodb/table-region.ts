/**
 * One region of the emulated global table: a leader that takes writes and strongly consistent reads
 * and, where stale reads are asked for, a follower that gets its changes later and serves all others.
 */
import { type Change, ChangeLog } from './change-log.js';
import { type DynaliteServer, startDynalite } from './dynalite-server.js';
import type { AttributeValue, Body, Item } from './item.js';
import { pick, toKeyText } from './item.js';
import { OperationCounter } from './operation-counts.js';
import { Replicator } from './replicator.js';

export interface TableRegionOptions {
  readonly name: string;
  /** Reads that are not strongly consistent may be stale, see `setStaleness`. */
  readonly staleReads: boolean;
}

export class TableRegion {
  readonly name: string;
  readonly log: ChangeLog = new ChangeLog();
  readonly counter: OperationCounter = new OperationCounter();
  /** The `StreamViewType` of each table that has a stream. */
  readonly streams: Map<string, string> = new Map();
  readonly #leader: DynaliteServer;
  readonly #follower: DynaliteServer | undefined;
  readonly #staleness: Replicator | undefined;
  readonly #keyNames = new Map<string, readonly string[]>();
  /** Every item as it is now, by table and key. */
  readonly #images = new Map<string, Item>();
  /** When the last write of each item was made, deletions included, in whatever region. */
  readonly #writtenAtMs = new Map<string, number>();
  #tail: Promise<unknown> = Promise.resolve();

  /** `follower`: serves reads that are not strongly consistent. */
  constructor(name: string, leader: DynaliteServer, follower?: DynaliteServer) {
    this.name = name;
    this.#leader = leader;
    this.#follower = follower;
    if (!follower) return;
    this.#staleness = new Replicator({
      log: this.log,
      accepts: () => true,
      apply: (changes) => applyChanges(follower, changes),
      newestFirst: false,
    });
  }

  static async start({ name, staleReads }: TableRegionOptions): Promise<TableRegion> {
    const leader = await startDynalite();
    return new TableRegion(name, leader, staleReads ? await startDynalite() : undefined);
  }

  /** How long reads that are not strongly consistent may lag behind the leader. */
  setStaleness(ms: number): void {
    this.#staleness?.setDelay(ms);
  }

  /** Writes one after the other, so that the log has them in their order. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(task);
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** Asks the leader, counts its capacity, and tells of it only who asked. */
  async call(operation: string, input: Body): Promise<Body> {
    return this.#ask(this.#leader, operation, input);
  }

  /** The same of a read that is not strongly consistent. */
  async callEventually(operation: string, input: Body): Promise<Body> {
    return this.#ask(this.#follower ?? this.#leader, operation, input);
  }

  /** For everything about tables: both servers have the same. */
  async callBoth(operation: string, input: Body): Promise<Body> {
    const answer = await this.#leader.call(operation, input);
    await this.#follower?.call(operation, input);
    return answer;
  }

  async keyNames(table: string): Promise<readonly string[]> {
    const known = this.#keyNames.get(table);
    if (known) return known;
    const { Table } = await this.#leader.call('DescribeTable', { TableName: table });
    const schema = (Table as Body)['KeySchema'] as readonly { readonly AttributeName: string }[];
    const names = schema.map(({ AttributeName }) => AttributeName);
    this.#keyNames.set(table, names);
    return names;
  }

  async keyOf(table: string, item: Item): Promise<Item> {
    return pick(item, await this.keyNames(table));
  }

  /** The item as it is at the leader. */
  async read(table: string, key: Item): Promise<Item | undefined> {
    const input = { TableName: table, Key: key, ConsistentRead: true };
    return (await this.#leader.call('GetItem', input))['Item'] as Item | undefined;
  }

  /** Writes an item as it is, or removes it, without a trace in the log. */
  async restore(table: string, key: Item, item: Item | undefined): Promise<void> {
    if (item) await this.#leader.call('PutItem', { TableName: table, Item: item });
    else await this.#leader.call('DeleteItem', { TableName: table, Key: key });
  }

  imageOf(table: string, key: Item): Item | undefined {
    return this.#images.get(`${table} ${toKeyText(key)}`);
  }

  /** Notes what has become of the item. */
  record(
    table: string,
    key: Item,
    after: Item | undefined,
    origin: string,
    writtenAtMs: number = performance.now(),
  ): void {
    const place = `${table} ${toKeyText(key)}`;
    this.#writtenAtMs.set(place, writtenAtMs);
    const before = this.#images.get(place);
    if (after) this.#images.set(place, after);
    else this.#images.delete(place);
    if (before || after) this.log.add({ table, key, before, after, origin, writtenAtMs });
  }

  /** Takes in changes of another region, but for those of items that were written here later. */
  async receive(changes: readonly Change[]): Promise<void> {
    await this.exclusively(async () => {
      const news = changes.filter(({ table, key, writtenAtMs }) => {
        const knownAtMs = this.#writtenAtMs.get(`${table} ${toKeyText(key)}`);
        return knownAtMs === undefined || writtenAtMs > knownAtMs;
      });
      if (news.length === 0) return;
      await applyChanges(this.#leader, news);
      for (const { table, key, after, origin, writtenAtMs } of news) {
        this.record(table, key, after, origin, writtenAtMs);
      }
    });
  }

  async shutdown(): Promise<void> {
    await this.#staleness?.shutdown();
    await this.#tail;
    await Promise.all([this.#leader.shutdown(), this.#follower?.shutdown()]);
  }

  async #ask(server: DynaliteServer, operation: string, input: Body): Promise<Body> {
    const asked = input['ReturnConsumedCapacity'];
    const isAsked = asked === 'TOTAL' || asked === 'INDEXES';
    const request = isAsked ? input : { ...input, ReturnConsumedCapacity: 'TOTAL' };
    const answer = await server.call(operation, request);
    this.counter.addUnits(operation, answer['ConsumedCapacity']);
    if (isAsked) return answer;
    const { ConsumedCapacity: _, ...rest } = answer;
    return rest;
  }
}

/** Applies changes of different items. */
async function applyChanges(server: DynaliteServer, changes: readonly Change[]): Promise<void> {
  const requests: Record<string, Record<string, Record<string, Record<string, AttributeValue>>>[]> =
    {};
  for (const { table, key, after } of changes) {
    const request = after ? { PutRequest: { Item: after } } : { DeleteRequest: { Key: key } };
    (requests[table] ??= []).push(request);
  }
  await server.call('BatchWriteItem', { RequestItems: requests });
}
