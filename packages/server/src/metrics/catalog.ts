/** Every metric of a node. docs/reference/metrics.md has the same table, with what to alert on. */
import type { MetricDefinition } from './exposition.js';

type Type = MetricDefinition['type'];

function define(
  type: Type,
  name: string,
  labels: readonly string[],
  help: string,
): MetricDefinition {
  return { name, type, labels, help };
}

type MetricKey =
  | 'nodeInfo'
  | 'waitDuration'
  | 'waits'
  | 'waitsBlocked'
  | 'opens'
  | 'branchesOpen'
  | 'oldestBranchAge'
  | 'visibilityLag'
  | 'branchesGivenUp'
  | 'markerLookups'
  | 'watermarkReads'
  | 'monitorUp'
  | 'replicaReady'
  | 'journalPosition'
  | 'journalSync'
  | 'peerConnected'
  | 'peerLag'
  | 'sessions'
  | 'sessionsRefused'
  | 'sessionsDropped'
  | 'connectionsRefused'
  | 'failures'
  | 'limits'
  | 'certificateExpiry'
  | 'processCpu'
  | 'processStart'
  | 'processMemory'
  | 'heapUsed'
  | 'heapTotal'
  | 'externalMemory'
  | 'eventLoopActive';

const place = ['store', 'region'];

/** In the order of the reference and of every scrape. */
export const CATALOG: Readonly<Record<MetricKey, MetricDefinition>> = {
  nodeInfo: define(
    'gauge',
    'rendezvous_node_info',
    ['node', 'namespace'],
    'Always 1; says which node this is.',
  ),

  waitDuration: define(
    'histogram',
    'rendezvous_wait_duration_seconds',
    [],
    'How long waits blocked at the node, in whole milliseconds; those that had nothing to wait for count as 0.',
  ),
  waits: define(
    'counter',
    'rendezvous_waits_total',
    ['status', 'prevented'],
    'Waits answered; those with prevented true had to block, and the read would have been stale without them.',
  ),
  waitsBlocked: define('gauge', 'rendezvous_waits_blocked', [], 'Waits that are blocked now.'),

  opens: define(
    'counter',
    'rendezvous_opens_total',
    [],
    'Branches opened at this node and made durable.',
  ),
  branchesOpen: define(
    'gauge',
    'rendezvous_branches_open',
    place,
    'Branches not yet visible in the region, as far as this node knows.',
  ),
  oldestBranchAge: define(
    'gauge',
    'rendezvous_branch_oldest_age_seconds',
    place,
    'Age of the oldest of them; 0 when there is none.',
  ),
  visibilityLag: define(
    'histogram',
    'rendezvous_visibility_lag_seconds',
    place,
    'From when this node learnt of a branch to when it was visible in a region of its own.',
  ),
  branchesGivenUp: define(
    'counter',
    'rendezvous_branches_given_up_total',
    ['store'],
    'Branches given up unclosed: waits for them answer unknown.',
  ),
  markerLookups: define(
    'counter',
    'rendezvous_marker_lookups_total',
    ['store', 'region', 'at'],
    'Keys whose marker the monitors in this node asked for, at a replica or at the primary.',
  ),
  watermarkReads: define(
    'counter',
    'rendezvous_watermark_reads_total',
    place,
    'Times that the monitors in this node asked a replica how far it is.',
  ),

  monitorUp: define(
    'gauge',
    'rendezvous_monitor_up',
    place,
    '1 when every replica of the region has a monitor, else 0.',
  ),
  replicaReady: define(
    'gauge',
    'rendezvous_replica_ready',
    [...place, 'replica'],
    '1 when the replica has passed its barrier and waits rely on it, else 0.',
  ),

  journalPosition: define(
    'gauge',
    'rendezvous_journal_position',
    [],
    'Newest durable sequence of the own journal.',
  ),
  journalSync: define(
    'histogram',
    'rendezvous_journal_sync_seconds',
    [],
    'How long an append to the journal took to become durable.',
  ),
  peerConnected: define(
    'gauge',
    'rendezvous_peer_connected',
    ['peer'],
    "1 while the stream of the peer's journal stands, else 0.",
  ),
  peerLag: define(
    'gauge',
    'rendezvous_peer_lag_entries',
    ['peer'],
    "Entries of the peer's journal that are known to exist and not applied here.",
  ),

  sessions: define(
    'gauge',
    'rendezvous_sessions',
    ['role'],
    'Sessions now, by the role that they took.',
  ),
  sessionsRefused: define(
    'counter',
    'rendezvous_sessions_refused_total',
    ['code'],
    "Sessions ended for what they sent, a frame or a hello, by the error's code.",
  ),
  sessionsDropped: define(
    'counter',
    'rendezvous_sessions_dropped_total',
    ['reason'],
    'Sessions ended because the other side did not read, or was silent.',
  ),
  connectionsRefused: define(
    'counter',
    'rendezvous_connections_refused_total',
    ['reason'],
    'Connections that became neither session nor request.',
  ),
  failures: define(
    'counter',
    'rendezvous_failures_total',
    ['code'],
    'Operations answered with an error, by its code.',
  ),
  limits: define(
    'counter',
    'rendezvous_limit_exceeded_total',
    ['limit'],
    'Times that a limit was met, by limit.',
  ),
  certificateExpiry: define(
    'gauge',
    'rendezvous_tls_certificate_expiry_timestamp_seconds',
    [],
    "When the node's certificate ends, in seconds since 1970; absent without TLS.",
  ),

  processCpu: define(
    'counter',
    'process_cpu_seconds_total',
    [],
    'CPU time of the process, user and system.',
  ),
  processStart: define(
    'gauge',
    'process_start_time_seconds',
    [],
    'When the process started, in seconds since 1970.',
  ),
  processMemory: define(
    'gauge',
    'process_resident_memory_bytes',
    [],
    'Resident memory of the process.',
  ),
  heapUsed: define('gauge', 'nodejs_heap_size_used_bytes', [], 'JavaScript heap in use.'),
  heapTotal: define('gauge', 'nodejs_heap_size_total_bytes', [], 'JavaScript heap reserved.'),
  externalMemory: define(
    'gauge',
    'nodejs_external_memory_bytes',
    [],
    'Memory of buffers outside the JavaScript heap.',
  ),
  eventLoopActive: define(
    'counter',
    'nodejs_eventloop_active_seconds_total',
    [],
    'Time that the event loop was busy; its rate is the share of one core at which the node saturates.',
  ),
};
