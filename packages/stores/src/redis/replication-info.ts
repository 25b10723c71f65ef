import type { PreviousLineage, RedisPosition } from './position.js';

/** What a server says of its replication (`INFO replication`), all of one moment. */
export interface ReplicationInfo {
  readonly role: 'primary' | 'replica';
  /**
   * A primary's own position; of a replica, what it has applied. Absent while a replica is being
   * rebuilt from its primary's snapshot: what it shows then has no place in the stream.
   */
  readonly position?: RedisPosition;
  /** The primary that a replica follows, as `host:port`. */
  readonly follows?: string;
}

/** Undefined if `text` is not the answer of a Redis server (5 or later). */
export function parseReplicationInfo(text: string): ReplicationInfo | undefined {
  const fields = new Map(
    text.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  const role = toRole(fields.get('role'));
  const replid = fields.get('master_replid');
  if (role === undefined || replid === undefined || !REPLID.test(replid)) return undefined;
  const follows = role === 'replica' ? readPrimaryAddress(fields) : undefined;
  const server = { role, ...(follows !== undefined && { follows }) };
  if (fields.get('master_sync_in_progress') === '1') return server;
  const offsetName = role === 'primary' ? 'master_repl_offset' : 'slave_repl_offset';
  const offset = readOffset(fields.get(offsetName));
  if (offset === undefined) return undefined;
  const previous = readPrevious(fields, role);
  return { ...server, position: { replid, offset, ...(previous && { previous }) } };
}

const REPLID = /^[0-9a-f]{40}$/;

function toRole(text: string | undefined): ReplicationInfo['role'] | undefined {
  if (text === 'master') return 'primary';
  return text === 'slave' ? 'replica' : undefined;
}

function readPrimaryAddress(fields: ReadonlyMap<string, string>): string | undefined {
  const host = fields.get('master_host');
  const port = fields.get('master_port');
  return host === undefined || port === undefined ? undefined : `${host}:${port}`;
}

function readPrevious(
  fields: ReadonlyMap<string, string>,
  role: ReplicationInfo['role'],
): PreviousLineage | undefined {
  const replid = fields.get('master_replid2');
  // -1 while there is no previous lineage.
  const endOffset = readOffset(fields.get('second_repl_offset'));
  if (replid === undefined || !REPLID.test(replid) || endOffset === undefined) return undefined;
  return { replid, endOffset, exact: role === 'primary' };
}

function readOffset(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,16}$/.test(text)) return undefined;
  const offset = Number(text);
  return Number.isSafeInteger(offset) ? offset : undefined;
}
