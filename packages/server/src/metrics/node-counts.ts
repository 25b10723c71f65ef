/**
 * What happened at a node since it started, counted where it happens. `collect.ts` makes metrics of
 * it. Every label value is known ahead: nothing that a client sends becomes one.
 */
import { ERROR_CODES, type ErrorCode, type Role, type WaitAnswer } from '@rendezvous/protocol';
import type { CoreLimitName, CoreObserver } from '../core/observer.js';
import type { HostObserver } from '../host/host-observer.js';
import type { RefusedConnection } from '../http/create-http-server.js';
import type { LookupPlace, MonitorObserver } from '../monitor/monitor-observer.js';
import type { ServerOptions, StoreConfig } from '../server-options.js';
import type { DropReason, SessionObserver } from '../session/session-observer.js';
import { Counter, Histogram } from './instruments.js';

/** Seconds. */
const WAIT_BOUNDS = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  ...[1, 2.5, 5, 10, 30, 60, 300],
];
const SYNC_BOUNDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1];

export type LimitName = CoreLimitName | 'sessions' | 'connections' | 'unread_bytes';
export type WaitOutcome = 'consistent' | 'prevented' | 'timed_out' | 'unknown';

export type Counters<Key extends string> = ReadonlyMap<Key, Counter>;

export interface NodeCountsOptions {
  readonly stores: readonly StoreConfig[];
  /** The regions that the node answers for. */
  readonly regions: readonly string[];
  readonly strategies: ServerOptions['strategies'];
}

export class NodeCounts implements CoreObserver, HostObserver, SessionObserver, MonitorObserver {
  readonly waits: Counters<WaitOutcome> = countersOf([
    'consistent',
    'prevented',
    'timed_out',
    'unknown',
  ]);
  readonly waitDuration: Histogram = new Histogram(WAIT_BOUNDS);
  readonly opens: Counter = new Counter();
  readonly journalSync: Histogram = new Histogram(SYNC_BOUNDS);
  /** By store, then by region. */
  readonly visibilityLag: ReadonlyMap<string, ReadonlyMap<string, Histogram>>;
  readonly branchesGivenUp: Counters<string>;
  /** By store, then by region: of stores with markers. */
  readonly markerLookups: ReadonlyMap<string, ReadonlyMap<string, Counters<LookupPlace>>>;
  /** By store, then by region: of stores with positions. */
  readonly watermarkReads: ReadonlyMap<string, ReadonlyMap<string, Counter>>;
  readonly sessions: Counters<Role> = countersOf(['reader', 'writer', 'monitor', 'peer', 'admin']);
  readonly sessionsRefused: Counters<string> = countersOf<string>(ERROR_CODES);
  readonly sessionsDropped: Counters<DropReason> = countersOf(['does_not_read', 'silent']);
  readonly connectionsRefused: Counters<RefusedConnection> = countersOf([
    ...(['path', 'origin', 'not_ready', 'session_limit'] as const),
    ...(['connection_limit', 'tls_handshake'] as const),
  ]);
  readonly failures: Counters<string> = countersOf<string>(ERROR_CODES);
  readonly limits: Counters<LimitName> = countersOf([
    ...(['branches', 'opens_awaiting_sync', 'waits', 'applied', 'session'] as const),
    ...(['sessions', 'connections', 'unread_bytes'] as const),
  ]);

  constructor({ stores, regions, strategies }: NodeCountsOptions) {
    this.branchesGivenUp = countersOf(stores.map(({ name }) => name));
    this.visibilityLag = forEachPlace(stores, regions, () => new Histogram(WAIT_BOUNDS));
    const marked = stores.filter(({ kind }) => strategies[kind]?.kind === 'probe');
    this.markerLookups = forEachPlace(marked, regions, () => countersOf(['replica', 'primary']));
    const positioned = stores.filter(({ kind }) => strategies[kind]?.kind !== 'probe');
    this.watermarkReads = forEachPlace(positioned, regions, () => new Counter());
  }

  branchClosed(store: string, region: string, lagMs: number): void {
    this.visibilityLag
      .get(store)
      ?.get(region)
      ?.observe(lagMs / 1_000);
  }

  branchGivenUp(store: string): void {
    this.branchesGivenUp.get(store)?.add();
  }

  lookedUp(store: string, region: string, at: LookupPlace, keyCount: number): void {
    this.markerLookups.get(store)?.get(region)?.get(at)?.add(keyCount);
  }

  watermarkAsked(store: string, region: string): void {
    this.watermarkReads.get(store)?.get(region)?.add();
  }

  limitMet(limit: LimitName): void {
    this.limits.get(limit)?.add();
  }

  waitAnswered({ status, prevented, waitedMs }: WaitAnswer): void {
    this.waits.get(prevented ? 'prevented' : status)?.add();
    this.waitDuration.observe(waitedMs / 1_000);
  }

  operationFailed(code: string): void {
    this.failures.get(code)?.add();
  }

  appended(openCount: number, elapsedMs: number): void {
    this.opens.add(openCount);
    this.journalSync.observe(elapsedMs / 1_000);
  }

  sessionBegan(role: Role): void {
    this.sessions.get(role)?.add();
  }

  sessionEnded(role: Role): void {
    this.sessions.get(role)?.add(-1);
  }

  sessionRefused(code: ErrorCode): void {
    this.sessionsRefused.get(code)?.add();
  }

  sessionDropped(reason: DropReason): void {
    this.sessionsDropped.get(reason)?.add();
    if (reason === 'does_not_read') this.limitMet('unread_bytes');
  }

  connectionRefused(reason: RefusedConnection): void {
    this.connectionsRefused.get(reason)?.add();
    if (reason === 'session_limit') this.limitMet('sessions');
    if (reason === 'connection_limit') this.limitMet('connections');
  }
}

/** By store, then by region: those that the node watches. */
function forEachPlace<T>(
  stores: readonly StoreConfig[],
  regions: readonly string[],
  create: () => T,
): Map<string, Map<string, T>> {
  return new Map(
    stores.map((store) => {
      const watched = Object.keys(store.regions).filter(
        (region) => region !== store.home && regions.includes(region),
      );
      return [store.name, new Map(watched.map((region) => [region, create()]))];
    }),
  );
}

function countersOf<Key extends string>(keys: readonly Key[]): Counters<Key> {
  return new Map(keys.map((key) => [key, new Counter()]));
}
