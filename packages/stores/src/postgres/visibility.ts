import type { ReplicaConnection, WatermarkStrategy } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { connectForMonitoring } from './monitor-connection.js';
import type { MonitorClientConstructor, MonitorConnection, Row } from './monitor-connection.js';
import {
  encodeLsn,
  encodePosition,
  parseHistoryFile,
  parseLsn,
  postgresPositionOrder,
  toRecordEnd,
} from './position.js';
import type { PostgresPosition } from './position.js';

/**
 * How a monitor learns how far a PostgreSQL hot standby is.
 *
 * `pg_last_wal_replay_lsn()` moves after a commit record was applied, so a read that starts later
 * sees that commit. The LSN alone is not enough: after a failover the same LSN exists on two
 * timelines. No SQL function tells the timeline of what was *replayed*, but the one that the WAL
 * receiver *received* is never older, and claiming a later timeline is sound: what the earlier
 * timelines wrote beyond the points where they were left compares as cut off either way.
 *
 * Without a WAL receiver (the primary is down, or the standby replays from an archive) the control
 * file names a timeline and an LSN that replay has certainly passed. It lags behind; waits may then
 * be longer, never wrong.
 *
 * The monitor's role needs `pg_read_all_stats` (or `pg_monitor`) on replicas. To close branches
 * across a promotion it must also be able to read the timeline history with `pg_read_file`;
 * without that permission such branches stay open.
 */
export interface PostgresVisibilityOptions {
  /** Default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  /** How long a server may take to answer before it counts as dead. Default 5,000 ms. */
  readonly queryTimeoutMs?: number;
  /** node-postgres' `Client`. Default: that of the installed package `pg`. */
  readonly Client?: MonitorClientConstructor;
}

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 5_000;

/**
 * The visibility strategy for PostgreSQL primaries with physical (streaming) replicas.
 *
 * @example
 * const server = await createServer({ strategies: { postgres: postgresVisibility() }, … });
 */
export function postgresVisibility(options: PostgresVisibilityOptions = {}): WatermarkStrategy {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, queryTimeoutMs = QUERY_TIMEOUT_MS } = options;
  const connect = (endpoint: string, signal: AbortSignal): Promise<MonitorConnection> =>
    connectForMonitoring(
      {
        endpoint,
        connectTimeoutMs,
        queryTimeoutMs,
        ...(options.Client && { Client: options.Client }),
      },
      signal,
    );
  return {
    kind: 'watermark',
    order: postgresPositionOrder,
    async connectReplica({ endpoint }, signal) {
      return watchReplica(await connect(endpoint, signal));
    },
    async readPrimary(endpoint, signal) {
      const connection = await connect(endpoint, signal);
      try {
        return toPrimaryPosition(await connection.queryRow(PRIMARY_SQL));
      } finally {
        await connection.shutdown();
      }
    },
  };
}

/**
 * The insert position, not the flushed one: with `synchronous_commit = off` a commit can be visible
 * here before it is flushed. The timeline is that of inserts (`pg_control_checkpoint()` still names
 * the old one for a while after a promotion).
 */
const PRIMARY_SQL = `
  SELECT (SELECT system_identifier FROM pg_control_system())::text AS system,
         substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) AS timeline,
         pg_current_wal_insert_lsn()::text AS lsn,
         current_setting('wal_block_size') AS page_bytes,
         pg_size_bytes(current_setting('wal_segment_size'))::text AS segment_bytes`;

function toPrimaryPosition(row: Row | undefined): string {
  const wal = {
    pageBytes: BigInt(readText(row, 'page_bytes')),
    segmentBytes: BigInt(readText(row, 'segment_bytes')),
  };
  return encodePosition({
    system: readText(row, 'system'),
    timeline: readTimeline(row),
    lsn: toRecordEnd(readLsn(row, 'lsn'), wal),
  });
}

/**
 * A standby that was promoted is as far as its own inserts. Each test of `pg_is_in_recovery()` may
 * see the promotion first: then the LSN is the last replayed one, at or below the new timeline's
 * start, and naming the new timeline with it is still sound.
 */
const LSN = `CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
              ELSE pg_current_wal_insert_lsn() END`;
const TIMELINE = `CASE WHEN pg_is_in_recovery()
              THEN (SELECT lpad(to_hex(received_tli), 8, '0') FROM pg_stat_get_wal_receiver())
              ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END`;
const WATERMARK_SQL = `SELECT (${LSN})::text AS lsn, ${TIMELINE} AS timeline`;

/**
 * The same, once the LSN has passed $1 or after $2 ms: the server looks every millisecond, which
 * costs it a few microseconds, and nobody a round trip. `CASE` keeps the order: sleep, then look.
 * The aggregate is complete before the timeline is read.
 */
const NEXT_WATERMARK_SQL = `
  WITH RECURSIVE look (lsn, count) AS (
    SELECT ${LSN}, 0
    UNION ALL
    SELECT CASE WHEN pg_sleep(0.001)::text = '' THEN ${LSN} END, count + 1
      FROM look WHERE lsn <= $1::pg_lsn AND count < $2::int
  )
  SELECT max(lsn)::text AS lsn, ${TIMELINE} AS timeline FROM look`;

/**
 * While the statement runs its snapshot can hold replay up (a conflict with vacuum): it must stay
 * well below any lag that matters.
 */
const WAIT_MS_MAX = 25;

/** What replay has certainly passed; the control file can name a record that is being replayed. */
const CONTROL_SQL = `
  SELECT least(min_recovery_end_lsn, pg_last_wal_replay_lsn())::text AS lsn,
         lpad(to_hex(min_recovery_end_timeline), 8, '0') AS timeline
    FROM pg_control_recovery()`;

async function watchReplica(connection: MonitorConnection): Promise<ReplicaConnection> {
  const system = await readSystem(connection);
  let last: PostgresPosition | undefined;
  let history: History = { timeline: 0 };

  const queryWatermark = (waitMs: number): Promise<Row | undefined> => {
    if (last === undefined || waitMs < 1) {
      return connection.queryRow(WATERMARK_SQL, 'rendezvous_watermark');
    }
    const values = [encodeLsn(last.lsn), Math.floor(Math.min(waitMs, WAIT_MS_MAX))];
    return connection.queryRow(NEXT_WATERMARK_SQL, 'rendezvous_next_watermark', values);
  };

  const readPosition = async (waitMs: number): Promise<PostgresPosition> => {
    const row = await queryWatermark(waitMs);
    if (row?.['timeline'] !== null) return { system, ...toPlace(row) };
    const certain = { system, ...toPlace(await connection.queryRow(CONTROL_SQL)) };
    return last !== undefined && isAhead(last, certain) ? last : certain;
  };

  const readWatermark = async (waitMs = 0): Promise<string> => {
    const position = await readPosition(waitMs);
    if (history.timeline !== position.timeline) {
      history = await readHistory(connection, position.timeline);
    }
    const { switchPoints } = history;
    last = switchPoints === undefined ? position : { ...position, switchPoints };
    return encodePosition(last);
  };

  return { readWatermark, lost: connection.lost, shutdown: connection.shutdown };
}

/**
 * The cluster's identifier. Fails on a role that sees the WAL receiver's process id and nothing
 * else of it.
 */
async function readSystem(connection: MonitorConnection): Promise<string> {
  try {
    const row = await connection.queryRow(
      `SELECT (SELECT system_identifier FROM pg_control_system())::text AS system,
              pg_has_role('pg_read_all_stats', 'USAGE') AS permitted`,
    );
    if (row?.['permitted'] === true) return readText(row, 'system');
    throw new RendezvousError(
      'store_failed',
      "the monitor's role cannot see a replica's timeline: GRANT pg_read_all_stats TO it",
      { retryable: false },
    );
  } catch (error) {
    await connection.shutdown();
    throw error;
  }
}

interface History {
  /** Whose history it is; 0: to be read again. */
  readonly timeline: number;
  /** Absent: not known, or (timeline 1) empty. */
  readonly switchPoints?: ReadonlyMap<number, bigint>;
}

/**
 * Where the ancestors of `timeline` were left. Not known without permission to read the file, nor
 * in the moment between a WAL receiver's turn to a timeline and the arrival of its history.
 */
async function readHistory(connection: MonitorConnection, timeline: number): Promise<History> {
  if (timeline === 1) return { timeline };
  const permission = await connection.queryRow(
    `SELECT has_function_privilege('pg_read_file(text, bigint, bigint, boolean)', 'EXECUTE') AS permitted`,
  );
  if (permission?.['permitted'] !== true) return { timeline };
  const name = timeline.toString(16).toUpperCase().padStart(8, '0');
  const row = await connection.queryRow(
    `SELECT pg_read_file('pg_wal/${name}.history', 0, 65536, true) AS history`,
  );
  const text = row?.['history'];
  const switchPoints = typeof text === 'string' ? parseHistoryFile(text, timeline) : undefined;
  return switchPoints === undefined ? { timeline: 0 } : { timeline, switchPoints };
}

function isAhead(a: PostgresPosition, b: PostgresPosition): boolean {
  return a.timeline > b.timeline || (a.timeline === b.timeline && a.lsn >= b.lsn);
}

function toPlace(row: Row | undefined): Pick<PostgresPosition, 'timeline' | 'lsn'> {
  return { timeline: readTimeline(row), lsn: readLsn(row, 'lsn') };
}

function readTimeline(row: Row | undefined): number {
  const timeline = Number.parseInt(readText(row, 'timeline'), 16);
  if (!(timeline >= 1)) throw unexpectedAnswer('timeline');
  return timeline;
}

function readLsn(row: Row | undefined, column: string): bigint {
  const lsn = parseLsn(readText(row, column));
  if (lsn === undefined) throw unexpectedAnswer(column);
  return lsn;
}

function readText(row: Row | undefined, column: string): string {
  const value = row?.[column];
  if (typeof value !== 'string') throw unexpectedAnswer(column);
  return value;
}

function unexpectedAnswer(column: string): RendezvousError {
  return new RendezvousError(
    'store_failed',
    `the server's answer has no '${column}': is it PostgreSQL with physical replication?`,
  );
}
