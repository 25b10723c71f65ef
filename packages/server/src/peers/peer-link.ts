/**
 * Keeps a session with one peer and applies its journal.
 *
 *   CONNECTING ── Welcome ──▶ STREAMING ── lost, refused, batch that makes no sense ──▶ CONNECTING
 *
 * Resumes from the applied position, so that being away costs nothing but time; what must be told
 * to the peer waits in the core until it acknowledges.
 */
import type { Connection } from '@rendezvous/client/session';
import type { NodeBody, ReportClosed } from '@rendezvous/protocol';
import type { NodeHost, PeerConnection } from '../host/node-host.js';
import { connectUntil } from '../connect-until.js';
import { keepTrying } from '../keep-trying.js';
import type { Log } from '../ports.js';

/** Another node of the same namespace whose journal this node needs. */
export interface PeerConfig {
  /** A name for logs and status, unique among the peers: mostly its region. */
  readonly name: string;
  /** `ws://` or `wss://`. */
  readonly endpoint: string;
  readonly token?: string;
}

export interface PeerLinkOptions {
  readonly peer: PeerConfig;
  readonly host: NodeHost;
  readonly namespace: string;
  readonly nodeId: string;
  readonly regions: readonly string[];
  readonly log: Log;
}

const REPORT_TIMEOUT_MS = 10_000;

export interface PeerLink {
  shutdown(): Promise<void>;
}

/** Starts the link; it runs until `shutdown`. */
export function startPeerLink(options: PeerLinkOptions): PeerLink {
  const stop = new AbortController();
  const { peer, log } = options;
  const running = keepTrying((succeeded) => linkOnce(options, stop.signal, succeeded), {
    signal: stop.signal,
    onFailure: ({ message: reason }) => {
      log({ level: 'warn', event: 'peer_disconnected', peer: peer.name, reason });
    },
  });
  return {
    shutdown: async () => {
      stop.abort();
      await running;
    },
  };
}

async function linkOnce(
  options: PeerLinkOptions,
  signal: AbortSignal,
  onStreaming: () => void,
): Promise<void> {
  const { peer, host, namespace, nodeId, regions, log } = options;
  const connection = await connectUntil(signal, {
    endpoint: peer.endpoint,
    namespace,
    ...(peer.token === undefined ? {} : { token: peer.token }),
    role: 'peer',
    region: regions[0] ?? '',
    agent: `rendezvous node ${nodeId}`,
  });
  try {
    const { nodeId: node } = connection.welcome;
    log({ level: 'info', event: 'peer_connected', peer: peer.name, node });
    host.connectPeer(peer.name, toPeerConnection(options, connection, onStreaming));
    throw await connection.ended;
  } finally {
    host.disconnectPeer(peer.name);
  }
}

function toPeerConnection(
  options: PeerLinkOptions,
  connection: Connection,
  onStreaming: () => void,
): PeerConnection {
  const { peer, host, regions, log } = options;
  let stream = 0;
  const receive = (body: NodeBody): void => {
    if (connection.isOver) return;
    if (body.kind === 'batch' && host.receiveBatch(peer.name, body)) {
      // Only now: a peer whose batches make no sense is asked less and less often.
      onStreaming();
      return;
    }
    const reason = body.kind === 'failure' ? body.message : 'what it sent makes no sense';
    log({ level: 'error', event: 'peer_stream_refused', peer: peer.name, reason });
    connection.shutdown();
  };
  return {
    replicate: (journal, from) => {
      if (stream !== 0) connection.send({ kind: 'cancel', target: stream });
      stream = connection.stream({ kind: 'replicate', regions, journal, from }, receive);
    },
    acknowledge: (journal, applied) => {
      connection.send({ kind: 'replicateAck', target: stream, journal, applied });
    },
    inquire: (inquiry) => {
      connection.request(inquiry, { timeoutMs: REPORT_TIMEOUT_MS }).then(
        (answer) => {
          if (answer.kind !== 'inquired' || connection.isOver) return;
          host.receiveInquired(peer.name, inquiry, answer);
        },
        // Asked again later; a peer that has a new journal does not answer.
        () => undefined,
      );
    },
    report: (report: ReportClosed) => {
      connection.request(report, { timeoutMs: REPORT_TIMEOUT_MS }).then(
        () => {
          if (!connection.isOver) host.reportAcknowledged(peer.name, report);
        },
        () => {
          // What is owed stays owed: it is sent again on the next connection.
          connection.shutdown();
        },
      );
    },
  };
}
