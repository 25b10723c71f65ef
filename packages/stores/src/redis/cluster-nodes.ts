/** A server as another one of its cluster (or itself) sees it. */
export interface ClusterNode {
  readonly id: string;
  /** `host:port`, as the server announces it: its name where it has one, else its address. */
  readonly address: string;
  /** The id of the primary that it follows; absent: it is one. */
  readonly primaryId?: string;
  /** Slots and ranges of slots that it owns, such as `0-5460`. */
  readonly slots: readonly string[];
}

/**
 * Reads the answer to `CLUSTER NODES`. Servers that are still being introduced are left out, those
 * that are down are not. A server that does not know its own address is at `ownHost`. Undefined if
 * `text` is no such answer.
 */
export function parseClusterNodes(
  text: string,
  ownHost: string,
): readonly ClusterNode[] | undefined {
  const nodes: ClusterNode[] = [];
  for (const line of text.trim().split('\n')) {
    const [id = '', endpoint = '', flagText = '', primaryId = '', ...rest] = line.trim().split(' ');
    const flags = flagText.split(',');
    if (flags.includes('handshake')) continue;
    const address = readAddress(endpoint, ownHost);
    if (id === '' || address === undefined || rest.length < 4) return undefined;
    // Behind four more fields; in brackets those that are being moved.
    const slots = rest.slice(4).filter((slot) => !slot.startsWith('['));
    nodes.push({ id, address, ...(flags.includes('slave') && { primaryId }), slots });
  }
  return nodes;
}

/** Of `ip:port@busPort,hostname,…`, where all from the `@` on can be absent. */
function readAddress(endpoint: string, ownHost: string): string | undefined {
  const [, ip = '', port, hostname = ''] =
    /^(.*):([0-9]+)(?:@[0-9]+)?(?:,([^,]*))?(?:,.*)?$/.exec(endpoint) ?? [];
  if (port === undefined) return undefined;
  if (hostname !== '') return `${hostname}:${port}`;
  if (ip === '') return `${ownHost}:${port}`;
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
