import type { Coordinate, PositionRelation } from '@rendezvous/protocol';

/**
 * MariaDB's global transaction identifiers, `domain-server-sequence`. Within a domain sequences grow
 * along the binary log, whichever server writes (`gtid_strict_mode` sees to it); domains are
 * independent of each other, so a place in the log has one identifier per domain:
 *
 *   position    0-1-7                          0-1-7,1-2-9
 *   watermark   0-2-10,1-2-9;0-1-7,0-2-10      ... and, in strict mode, how far each server came in this
 *                                              history (`gtid_binlog_state`)
 *
 * After a failover another server goes on in the same domain, and what the old primary wrote beyond
 * that point has a sequence which is given out again. So the sequence alone says nothing of
 * another server's transaction: only the history says whether it is part of it (SPEC rule 10).
 */
export interface MariadbPlace {
  /** Domain → the last transaction there. */
  readonly domains: ReadonlyMap<string, MariadbGtid>;
  /** `domain-server` → the last sequence of that server; absent: not known. */
  readonly history?: ReadonlyMap<string, bigint>;
}

export interface MariadbGtid {
  readonly domain: string;
  readonly server: string;
  readonly sequence: bigint;
}

const GTID = /^(0|[1-9][0-9]{0,9})-(0|[1-9][0-9]{0,9})-(0|[1-9][0-9]{0,19})$/;

/** More servers and domains than any history has. */
const GTIDS_MAX = 4_096;

/** The place that `text` spells, or undefined if it spells none. The empty text is where nothing was written. */
export function parseMariadbPlace(text: string): MariadbPlace | undefined {
  const [positionText = '', historyText, ...rest] = text.split(';');
  const gtids = parseGtids(positionText);
  if (gtids === undefined || rest.length > 0) return undefined;
  const domains = new Map(gtids.map((gtid) => [gtid.domain, gtid]));
  if (domains.size !== gtids.length) return undefined;
  if (historyText === undefined) return { domains };
  const history = parseGtids(historyText);
  return (
    history && {
      domains,
      history: new Map(history.map((gtid) => [toServerKey(gtid), gtid.sequence])),
    }
  );
}

function parseGtids(text: string): MariadbGtid[] | undefined {
  const parts = text.replaceAll(/\s/g, '').split(',', GTIDS_MAX + 1);
  if (parts.length > GTIDS_MAX) return undefined;
  const gtids: MariadbGtid[] = [];
  for (const part of parts) {
    if (part === '') continue;
    const [, domain, server, sequence] = GTID.exec(part) ?? [];
    if (domain === undefined || server === undefined || sequence === undefined) return undefined;
    gtids.push({ domain, server, sequence: BigInt(sequence) });
  }
  return gtids;
}

/** Reached if every domain is; cut off if any is. */
export function relateMariadb(position: MariadbPlace, watermark: MariadbPlace): PositionRelation {
  const relations = [...position.domains.values()].map((gtid) => relateGtid(gtid, watermark));
  if (relations.includes('cut_off')) return 'cut_off';
  return relations.includes('pending') ? 'pending' : 'reached';
}

function relateGtid(gtid: MariadbGtid, { domains, history }: MariadbPlace): PositionRelation {
  const visible = domains.get(gtid.domain);
  if (visible === undefined || gtid.sequence > visible.sequence) return 'pending';
  if (gtid.server === visible.server) return 'reached';
  const lastOfServer = history?.get(toServerKey(gtid));
  // A server without an entry: the history was reset, or begins with a copy of somebody's data.
  if (lastOfServer === undefined) return 'pending';
  return gtid.sequence <= lastOfServer ? 'reached' : 'cut_off';
}

/** Of one server in one domain: reached up to some sequence, then cut off, then pending. */
export function mariadbCoordinate({ domains }: MariadbPlace): Coordinate | undefined {
  const [gtid, ...others] = domains.values();
  if (gtid === undefined || others.length > 0) return undefined;
  if (gtid.sequence > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return { line: toServerKey(gtid), value: Number(gtid.sequence) };
}

function toServerKey({ domain, server }: MariadbGtid): string {
  return `${domain}-${server}`;
}

export function encodeMariadbPlace({ domains, history }: MariadbPlace): string {
  const gtids = [...domains.values()].map(
    ({ domain, server, sequence }) => `${domain}-${server}-${String(sequence)}`,
  );
  if (history === undefined) return gtids.join(',');
  const servers = [...history].map(([key, sequence]) => `${key}-${String(sequence)}`);
  return `${gtids.join(',')};${servers.join(',')}`;
}
