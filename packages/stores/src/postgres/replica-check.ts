import { setTimeout as sleep } from 'node:timers/promises';
import { encodePosition, parseLsn, postgresPositionOrder } from './position.js';
import type { PostgresPosition } from './position.js';
import type { ServerConnection } from './server-connection.js';

/** Whether the server behind a connection shows a position; `unknown`: it does not say. */
export type Shown = 'shown' | 'behind' | 'unknown';

/**
 * How far the server of this very connection is, by the rules that a monitor follows (see
 * `visibility.ts`): what was replayed, on the timeline that is received. That timeline is told only
 * to roles with `pg_read_all_stats`.
 *
 * In a transaction that keeps one snapshot this statement takes it, before it looks: then its answer
 * says nothing of what the snapshot shows.
 */
const SHOWN_SQL = `SELECT
  (SELECT system_identifier FROM pg_catalog.pg_control_system())::text,
  CASE WHEN pg_catalog.pg_is_in_recovery()
    THEN (SELECT pg_catalog.lpad(pg_catalog.to_hex(received_tli), 8, '0')
            FROM pg_catalog.pg_stat_get_wal_receiver())
    ELSE pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8)
  END,
  CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
    ELSE pg_catalog.pg_current_wal_insert_lsn() END::text,
  pg_catalog.current_setting('transaction_isolation')`;

const POLL_INTERVAL_MIN_MS = 1;
const POLL_INTERVAL_MAX_MS = 25;

/** Asks until the server shows `position`, for at most `timeoutMs`. Rejects as a statement would. */
export async function awaitShown(
  connection: ServerConnection,
  position: string,
  timeoutMs: number,
): Promise<Shown> {
  const deadlineMs = performance.now() + timeoutMs;
  let intervalMs = POLL_INTERVAL_MIN_MS;
  for (;;) {
    const shown = judgeShown(
      await connection.queryRow(SHOWN_SQL),
      position,
      connection.status !== 'idle',
    );
    const remainingMs = deadlineMs - performance.now();
    if (shown !== 'behind' || remainingMs <= 0) return shown;
    await sleep(Math.min(intervalMs, remainingMs));
    intervalMs = Math.min(2 * intervalMs, POLL_INTERVAL_MAX_MS);
  }
}

/** What a row of `SHOWN_SQL` says of the statement that follows it. */
function judgeShown(
  row: readonly (string | null)[],
  position: string,
  inTransaction: boolean,
): Shown {
  const [system, timelineText, lsnText, isolation] = row;
  const required = postgresPositionOrder.parse(position);
  const lsn = parseLsn(lsnText ?? '');
  const timeline = Number.parseInt(timelineText ?? '', 16);
  if (required === undefined || !system || lsn === undefined || !(timeline > 0)) return 'unknown';
  if (inTransaction && isolation !== 'read committed') return 'unknown';
  const here = toWatermark({ system, timeline, lsn });
  const relation = postgresPositionOrder.relation(required, here);
  return relation === 'reached' ? 'shown' : 'behind';
}

/** As text and back: the first timeline is known to have no ancestors. */
function toWatermark(position: PostgresPosition): PostgresPosition {
  return postgresPositionOrder.parse(encodePosition(position)) ?? position;
}
