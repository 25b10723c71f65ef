import type { ReplicaConnection, WatermarkStrategy } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { connectForMonitoring } from './monitor-connection.js';
import type { ConnectMonitorClient, MonitorConnection } from './monitor-connection.js';
import { NextTransaction } from './next-transaction.js';
import { mysqlPositionOrder, toPositionText } from './position.js';
import type { Flavour } from './position.js';

/**
 * How a monitor learns how far a replica of MySQL or MariaDB is. It recognises which of the two.
 *
 * Both have a set of transactions that moves only after the engine committed, so that a read which
 * starts later sees them: `gtid_executed` of MySQL, `gtid_slave_pos` of MariaDB. What stands in the
 * binary log (`gtid_binlog_pos`, a change event) is ahead of that by up to milliseconds, and closes
 * nothing. A replica that was promoted does not apply any more; MariaDB's `gtid_current_pos` then adds what the
 * server wrote itself, and each such branch opened after its write was visible there.
 *
 * Both can also hold an answer back until a transaction arrived (`WAIT_FOR_EXECUTED_GTID_SET`,
 * `MASTER_GTID_WAIT`): nobody polls while one source writes.
 *
 * The monitor's user needs no privilege.
 */
export interface MysqlVisibilityOptions {
  /** Default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  /** How long a server may take to answer before it counts as dead. Default 5,000 ms. */
  readonly queryTimeoutMs?: number;
  /** `createConnection` of `mysql2/promise`. Default: that of the installed package. */
  readonly createConnection?: ConnectMonitorClient;
}

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 5_000;

/**
 * The visibility strategy for primaries of MySQL or MariaDB whose replicas follow by GTID.
 *
 * @example
 * const server = await createServer({ strategies: { mysql: mysqlVisibility() }, … });
 */
export function mysqlVisibility(options: MysqlVisibilityOptions = {}): WatermarkStrategy {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, queryTimeoutMs = QUERY_TIMEOUT_MS } = options;
  const connect = (endpoint: string, signal: AbortSignal): Promise<MonitorConnection> =>
    connectForMonitoring(
      {
        endpoint,
        connectTimeoutMs,
        queryTimeoutMs,
        ...(options.createConnection && { createConnection: options.createConnection }),
      },
      signal,
    );
  return {
    kind: 'watermark',
    order: mysqlPositionOrder,
    async connectReplica({ endpoint }, signal) {
      return watchReplica(await connect(endpoint, signal));
    },
    async readPrimary(endpoint, signal) {
      const connection = await connect(endpoint, signal);
      try {
        return await readPrimaryPosition(connection);
      } finally {
        await connection.shutdown();
      }
    },
  };
}

/** What the server's own statements need to know of it. */
interface Dialect {
  readonly flavour: Flavour;
  /** An expression for the watermark. */
  readonly watermark: string;
  /** An expression that is complete once the replica has `gtid`, or after so many seconds. */
  wait(gtid: string, seconds: string): string;
  /** An expression for what a replica must reach to have everything that the primary has now. */
  readonly primary: string;
}

/** `CONCAT` keeps the order: the history must not be older than the position. */
const MARIADB: Dialect = {
  flavour: 'mariadb',
  watermark: `CONCAT(IF(@@GLOBAL.read_only, @@GLOBAL.gtid_slave_pos, @@GLOBAL.gtid_current_pos),
    IF(@@GLOBAL.gtid_strict_mode, CONCAT(';', @@GLOBAL.gtid_binlog_state), ''))`,
  wait: (gtid, seconds) => `MASTER_GTID_WAIT('${gtid}', ${seconds})`,
  primary: '@@GLOBAL.gtid_binlog_pos',
};

const MYSQL: Dialect = {
  flavour: 'mysql',
  watermark: `IF(@@GLOBAL.read_only, @@GLOBAL.gtid_executed,
    CONCAT(@@GLOBAL.gtid_executed, ';', @@GLOBAL.server_uuid))`,
  wait: (gtid, seconds) => `WAIT_FOR_EXECUTED_GTID_SET('${gtid}', ${seconds})`,
  primary: '@@GLOBAL.gtid_executed',
};

async function recognise(connection: MonitorConnection): Promise<Dialect> {
  const [version] = await connection.queryRow('SELECT VERSION()');
  return typeof version === 'string' && /mariadb/i.test(version) ? MARIADB : MYSQL;
}

/** Above 0 on a server that refuses ordinary users' writes. */
const READ_ONLY = '@@GLOBAL.read_only + @@GLOBAL.innodb_read_only';

async function readPrimaryPosition(connection: MonitorConnection): Promise<string> {
  const { flavour, primary } = await recognise(connection);
  const [text, readOnly] = await connection.queryRow(`SELECT ${primary}, ${READ_ONLY}`);
  // What a replica has says nothing of what its primary has.
  if (Number(readOnly) === 0) return toPosition(flavour, text);
  throw new RendezvousError(
    'store_failed',
    'the server at the home endpoint is read_only, so it is no primary',
  );
}

/** An answer is held back for so long at most: a lost connection shows soon. */
const WAIT_MS_MAX = 100;
/** So many answers in a row that moved are a burst: each then gathers what comes in a little time. */
const BURST_LENGTH = 3;
const GATHER_MS_MIN = 2;
/** After a stall it costs no more of the wait than this; a backlog is then told in a few answers. */
const GATHER_STALL_SHARE = 0.01;
const GATHER_MS_MAX = 25;

async function watchReplica(connection: MonitorConnection): Promise<ReplicaConnection> {
  const dialect = await recogniseOrShutDown(connection);
  const nextTransaction = new NextTransaction();
  let isReadOnly = false;
  let last = '';
  let movedInARow = 0;
  let gatherMs = GATHER_MS_MIN;
  /** Since when the replica is asked to tell of the next transaction; undefined: it is not. */
  let waitingSinceMs: number | undefined;

  const readWatermark = async (waitMs = 0): Promise<string> => {
    const { next } = nextTransaction;
    const seconds = (Math.min(waitMs, WAIT_MS_MAX) / 1_000).toFixed(3);
    // A server that is not read-only may move by writes of its own, which no waiting function sees.
    const mayWait = waitMs >= 1 && isReadOnly && next !== undefined;
    waitingSinceMs = mayWait ? (waitingSinceMs ?? performance.now()) : undefined;
    // In a burst one answer for several transactions is worth more than the first of them at once.
    const gather = movedInARow >= BURST_LENGTH ? ` OR SLEEP(${gatherMs / 1_000})` : '';
    // `IF` evaluates its condition first, from the left, and then one branch.
    const watermark = mayWait
      ? `IF(${dialect.wait(next, seconds)} IS NULL${gather}, NULL, ${dialect.watermark})`
      : dialect.watermark;
    const [text, readOnly] = await connection.queryRow(`SELECT ${watermark}, @@GLOBAL.read_only`);
    const position = toPosition(dialect.flavour, text);
    isReadOnly = readOnly === 1;
    if (position === last) {
      movedInARow = 0;
    } else {
      if (movedInARow === 0) gatherMs = toGatherMs(waitingSinceMs);
      movedInARow++;
      waitingSinceMs = undefined;
    }
    last = position;
    const parsed = mysqlPositionOrder.parse(position);
    if (parsed !== undefined) nextTransaction.observe(parsed);
    return position;
  };

  return { readWatermark, lost: connection.lost, shutdown: connection.shutdown };
}

function toGatherMs(waitingSinceMs: number | undefined): number {
  const stallMs = waitingSinceMs === undefined ? 0 : performance.now() - waitingSinceMs;
  const gatherMs = Math.round(stallMs * GATHER_STALL_SHARE);
  return Math.min(GATHER_MS_MAX, Math.max(GATHER_MS_MIN, gatherMs));
}

async function recogniseOrShutDown(connection: MonitorConnection): Promise<Dialect> {
  try {
    return await recognise(connection);
  } catch (error) {
    await connection.shutdown();
    throw error;
  }
}

function toPosition(flavour: Flavour, text: unknown): string {
  const position = typeof text === 'string' ? toPositionText(flavour, text) : undefined;
  if (position !== undefined) return position;
  throw new RendezvousError(
    'store_failed',
    `the server's answer has no GTIDs: does it log with GTIDs (gtid_mode, log_bin)?`,
  );
}
