/** Pure: the metrics of a node, from what it counted and what its status says now. */
import type { JournalStatus, StatusAnswer } from '@rendezvous/protocol';
import { CATALOG } from './catalog.js';
import type { Family, MetricDefinition, Sample } from './exposition.js';
import type { Counters, NodeCounts } from './node-counts.js';

export interface NodeSnapshot {
  readonly counts: NodeCounts;
  readonly status: StatusAnswer;
  /** Names of the configured peers: one that was never heard of is down, not absent. */
  readonly peers: readonly string[];
  /** Milliseconds since 1970; undefined without TLS. */
  readonly certificateEndMs: number | undefined;
}

export function collectNodeMetrics(snapshot: NodeSnapshot): Family[] {
  return [
    ...collectWaits(snapshot),
    ...collectBranches(snapshot),
    ...collectMonitors(snapshot),
    ...collectJournals(snapshot),
    ...collectConnections(snapshot),
  ];
}

function collectWaits({ counts, status }: NodeSnapshot): Family[] {
  const { nodeId, namespace, waitsBlocked } = status;
  const waits = [...counts.waits].map(([outcome, { value }]) =>
    outcome === 'prevented'
      ? { labels: ['consistent', 'true'], value }
      : { labels: [outcome, 'false'], value },
  );
  return [
    family(CATALOG.nodeInfo, { labels: [nodeId, namespace], value: 1 }),
    single(CATALOG.waitDuration, counts.waitDuration),
    family(CATALOG.waits, ...waits),
    single(CATALOG.waitsBlocked, waitsBlocked),
  ];
}

function collectBranches({ counts, status: { regions } }: NodeSnapshot): Family[] {
  const lags = [...counts.visibilityLag].flatMap(([store, ofRegions]) =>
    [...ofRegions].map(([region, value]) => ({ labels: [store, region], value })),
  );
  const lookups = [...counts.markerLookups].flatMap(([store, ofRegions]) =>
    [...ofRegions].flatMap(([region, ofPlaces]) =>
      [...ofPlaces].map(([at, { value }]) => ({ labels: [store, region, at], value })),
    ),
  );
  const asked = [...counts.watermarkReads].flatMap(([store, ofRegions]) =>
    [...ofRegions].map(([region, { value }]) => ({ labels: [store, region], value })),
  );
  return [
    single(CATALOG.opens, counts.opens.value),
    family(
      CATALOG.branchesOpen,
      ...regions.map(({ store, region, branchesOpen: value }) => ({
        labels: [store, region],
        value,
      })),
    ),
    family(
      CATALOG.oldestBranchAge,
      ...regions.map(({ store, region, oldestAgeMs }) => ({
        labels: [store, region],
        value: oldestAgeMs / 1_000,
      })),
    ),
    family(CATALOG.visibilityLag, ...lags),
    byLabel(CATALOG.branchesGivenUp, counts.branchesGivenUp),
    family(CATALOG.markerLookups, ...lookups),
    family(CATALOG.watermarkReads, ...asked),
  ];
}

function collectMonitors({ status: { replicas } }: NodeSnapshot): Family[] {
  const up = new Map<string, { labels: string[]; value: number }>();
  for (const { store, region, monitored } of replicas) {
    const { value } = up.get(`${store}/${region}`) ?? { value: 1 };
    up.set(`${store}/${region}`, { labels: [store, region], value: monitored ? value : 0 });
  }
  return [
    family(CATALOG.monitorUp, ...up.values()),
    family(
      CATALOG.replicaReady,
      ...replicas.map(({ store, region, replica, monitored, barrier }) => ({
        labels: [store, region, replica],
        value: monitored && barrier === '' ? 1 : 0,
      })),
    ),
  ];
}

function collectJournals({ counts, status: { journals }, peers }: NodeSnapshot): Family[] {
  const own = journals.find((journal) => journal.own);
  const ofPeer = (peer: string): JournalStatus[] => journals.filter((one) => one.peer === peer);
  return [
    single(CATALOG.journalPosition, own?.applied ?? 0),
    single(CATALOG.journalSync, counts.journalSync),
    family(
      CATALOG.peerConnected,
      ...peers.map((peer) => ({
        labels: [peer],
        value: ofPeer(peer).some(({ connected }) => connected) ? 1 : 0,
      })),
    ),
    family(
      CATALOG.peerLag,
      ...peers.map((peer) => ({
        labels: [peer],
        value: Math.max(0, ...ofPeer(peer).map(({ head, applied }) => head - applied)),
      })),
    ),
  ];
}

function collectConnections({ counts, certificateEndMs }: NodeSnapshot): Family[] {
  return [
    byLabel(CATALOG.sessions, counts.sessions),
    byLabel(CATALOG.sessionsRefused, counts.sessionsRefused),
    byLabel(CATALOG.sessionsDropped, counts.sessionsDropped),
    byLabel(CATALOG.connectionsRefused, counts.connectionsRefused),
    byLabel(CATALOG.failures, counts.failures),
    byLabel(CATALOG.limits, counts.limits),
    ...(certificateEndMs === undefined
      ? []
      : [single(CATALOG.certificateExpiry, certificateEndMs / 1_000)]),
  ];
}

function single(definition: MetricDefinition, value: Sample['value']): Family {
  return family(definition, { labels: [], value });
}

function byLabel(definition: MetricDefinition, counters: Counters<string>): Family {
  return family(
    definition,
    ...[...counters].map(([label, { value }]) => ({ labels: [label], value })),
  );
}

function family(definition: MetricDefinition, ...samples: readonly Sample[]): Family {
  return { definition, samples };
}
