import type { StoreHandle } from '@rendezvous/protocol';
import { encodePosition } from './position.js';
import type { LinkAnswer, RedisLink } from './redis-link.js';
import { parseReplicationInfo } from './replication-info.js';
import { toSignalChannel } from './signal-channel.js';

const withoutPermission = new WeakSet<RedisLink>();

/**
 * Sends the two commands that follow each write on its connection: `PUBLISH` of its bid, which
 * travels to the replicas behind it (not in cluster mode), and `INFO replication`, which tells lineage and offset of one
 * moment after it. Never rejects; undefined if the server did not tell.
 */
export async function confirmWrite(
  link: RedisLink,
  handle: StoreHandle,
  bid: string,
  isStale: () => boolean,
): Promise<LinkAnswer | undefined> {
  const publishing = canSignal(link)
    ? link.publish(toSignalChannel(handle), bid, isStale)
    : undefined;
  const asking = link.askReplication();
  publishing?.catch((error: unknown) => {
    giveUpPublishing(link, error);
  });
  try {
    return await asking;
  } catch (error) {
    if (link.isErrorReply(error)) warn('INFO', error);
    return undefined;
  }
}

/** In cluster mode a `PUBLISH` runs ahead of what was written before it. */
function canSignal(link: RedisLink): boolean {
  return link.readsReplicas === undefined && !withoutPermission.has(link);
}

/** A lineage and offset at or above the write; undefined on a server that is not a primary. */
export function toPositionText(answer: LinkAnswer | undefined): string | undefined {
  const info = answer && parseReplicationInfo(answer.text);
  if (info?.role !== 'primary' || info.position === undefined) return undefined;
  const { replid, offset } = info.position;
  return encodePosition({ replid, offset });
}

/** A server that refuses once will refuse again, and drivers can be told to reconnect on errors. */
function giveUpPublishing(link: RedisLink, error: unknown): void {
  if (!link.isErrorReply(error)) return;
  withoutPermission.add(link);
  warn('PUBLISH', error);
}

const warned = new Set<string>();

/** Once per process and command: the write is not affected, only how soon its branch closes. */
function warn(command: string, error: unknown): void {
  if (warned.has(command)) return;
  warned.add(command);
  const reason = error instanceof Error ? error.message : String(error);
  process.emitWarning(`Rendezvous may not use ${command} on Redis: ${reason}`, {
    code: 'RENDEZVOUS_REDIS_PERMISSION',
  });
}
