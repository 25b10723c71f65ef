/**
 * An emulated global table: two regions that speak DynamoDB's API (the tables are dynalite's), and a
 * replicator of ours between them that can be slowed and held.
 *
 * It is an *emulation*, and whoever shows results of it says so. DynamoDB's API, errors, conditions and
 * capacity units are dynalite's; replication, transactions, Streams and the staleness of reads that
 * are not strongly consistent are ours, after DynamoDB's documentation. Of two regions that write the
 * same item the later write wins, in both.
 *
 * Everything lives in this process and in memory, so it is gone when the process is.
 */
import type { LagGate } from '../lag-gate.js';
import type { Body } from './item.js';
import type { OperationCounts } from './operation-counts.js';
import { Replicator } from './replicator.js';
import { describeStreamOf, toStreamArn } from './streams.js';
import { TableRegion } from './table-region.js';
import { startTableFront, type TableFront } from './table-front.js';

export interface GlobalTableOptions {
  /**
   * Whether reads that are not strongly consistent are served by a follower, which may lag behind
   * (`setStaleness`). Default false: they see what strongly consistent ones see.
   */
  readonly staleReads?: boolean;
  /** Changes of different items that arrive together are applied the newest first. Default false. */
  readonly newestFirst?: boolean;
}

/** The tables of one region, as the AWS SDK reaches them. */
export interface GlobalTableRegion {
  readonly name: string;
  readonly port: number;
  /** For the SDK's option `endpoint`, with any region and credentials. */
  readonly endpoint: string;
  /** For a store's configuration: the endpoint with a region and credentials. */
  readonly url: string;
  /** What the region was asked for since the start. */
  readonly counts: OperationCounts;
  /** How long reads that are not strongly consistent lag behind, in ms. Needs `staleReads`. */
  setStaleness(ms: number): void;
  /** Answers nothing until `start`: connections break, none is accepted. What it has it keeps. Idempotent. */
  stop(): Promise<void>;
  /** Answers again, at the same endpoint. */
  start(): Promise<void>;
  /** Breaks every connection of clients, once. */
  disconnectClients(): void;
  /** The ARN of the stream that a table has here. */
  streamArn(table: string): string;
}

export interface GlobalTable {
  /** `DynamoDB (emulated: dynalite 4.0.0)`. */
  readonly product: string;
  readonly version: string;
  /** The region `eu`. */
  readonly primary: GlobalTableRegion;
  /** The region `us`. */
  readonly replica: GlobalTableRegion;
  /** Of the replication from the primary to the replica. */
  readonly lag: LagGate;
  /** Of the replication from the replica to the primary. */
  readonly lagBack: LagGate;
  /** Ends everything. Idempotent. */
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const VERSION = '4.0.0';

/**
 * Starts both regions, without tables. A table that is created, changed or deleted in one is in the
 * other at once; a `StreamSpecification` counts in both. Rejects with `config_invalid` when the
 * optional package `dynalite` is not installed.
 */
export async function startGlobalTable(options: GlobalTableOptions = {}): Promise<GlobalTable> {
  const { staleReads = false, newestFirst = false } = options;
  const regions = await startRegions(staleReads);
  const [eu, us] = regions;
  const changeTables = (operation: string, input: Body): Promise<Body> =>
    changeEverywhere(regions, operation, input);
  const fronts = [await startTableFront(eu, changeTables), await startTableFront(us, changeTables)];
  const replicators = [replicate(eu, us, newestFirst), replicate(us, eu, newestFirst)] as const;
  const shutdown = async (): Promise<void> => {
    await Promise.all(replicators.map((replicator) => replicator.shutdown()));
    await Promise.all(fronts.map((front) => front.stop()));
    await Promise.all(regions.map((region) => region.shutdown()));
  };
  return {
    product: 'DynamoDB (emulated)',
    version: `dynalite ${VERSION}`,
    primary: toPublic(eu, fronts[0]),
    replica: toPublic(us, fronts[1]),
    lag: toLagGate(replicators[0]),
    lagBack: toLagGate(replicators[1]),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

async function startRegions(staleReads: boolean): Promise<readonly [TableRegion, TableRegion]> {
  const eu = await TableRegion.start({ name: 'eu', staleReads });
  try {
    return [eu, await TableRegion.start({ name: 'us', staleReads })];
  } catch (error) {
    await eu.shutdown();
    throw error;
  }
}

async function changeEverywhere(
  regions: readonly TableRegion[],
  operation: string,
  input: Body,
): Promise<Body> {
  const { StreamSpecification: stream, TableName } = input;
  const table = TableName as string;
  const answers = await Promise.all(regions.map((region) => region.callBoth(operation, input)));
  for (const region of regions) {
    const { StreamEnabled, StreamViewType } = (stream ?? {}) as Readonly<Record<string, unknown>>;
    if (StreamEnabled === true) region.streams.set(table, String(StreamViewType));
    if (StreamEnabled === false || operation === 'DeleteTable') region.streams.delete(table);
  }
  const [{ TableDescription, ...rest } = {}] = answers;
  const [first] = regions;
  if (first === undefined) return rest;
  return {
    ...rest,
    TableDescription: { ...(TableDescription as Body), ...describeStreamOf(first, table) },
  };
}

function replicate(from: TableRegion, to: TableRegion, newestFirst: boolean): Replicator {
  return new Replicator({
    log: from.log,
    // What came from there must not go back.
    accepts: ({ origin }) => origin === from.name,
    apply: (changes) => to.receive(changes),
    newestFirst,
  });
}

function toPublic(region: TableRegion, front: TableFront = missing()): GlobalTableRegion {
  const { port } = front;
  return {
    name: region.name,
    port,
    endpoint: `http://127.0.0.1:${String(port)}`,
    url: `http://any:any@127.0.0.1:${String(port)}/?region=${region.name}`,
    get counts() {
      return region.counter.counts;
    },
    setStaleness: (ms) => {
      region.setStaleness(ms);
    },
    stop: () => front.stop(),
    start: () => front.start(),
    disconnectClients: () => {
      front.disconnectClients();
    },
    streamArn: (table) => toStreamArn(region, table),
  };
}

function missing(): never {
  throw new Error('no front for this region');
}

function toLagGate(replicator: Replicator): LagGate {
  return {
    setDelay: (ms) => {
      replicator.setDelay(ms);
      return Promise.resolve();
    },
    pause: () => replicator.pause(),
    resume: () => {
      replicator.resume();
      return Promise.resolve();
    },
    // There is no connection to break: what is under way arrives.
    cut: () => Promise.resolve(),
  };
}
