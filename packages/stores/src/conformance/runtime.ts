/**
 * The parts of Rendezvous that the suite runs around a datastore.
 *
 * They are given to the suite, because a store depends on the protocol alone: an adapter never
 * needs a client or a node to be installed, only its tests do. Pass what the packages export:
 *
 *   import { createRendezvous } from '@rendezvous/client';
 *   import { createMonitor, createServer } from '@rendezvous/server';
 *   const runtime: ConformanceRuntime = { createRendezvous, createServer, createMonitor };
 */
import type {
  Mode,
  Pending,
  StoreHandle,
  VisibilityStrategy,
  WaitStatus,
} from '@rendezvous/protocol';

export interface ConformanceRuntime {
  createRendezvous(options: ClientOptions): RuntimeClient;
  createServer(options: NodeOptions): Promise<RuntimeNode>;
  createMonitor(options: MonitorOptions): RuntimeMonitor;
}

/** The part of `createRendezvous`' options that the suite sets. */
export interface ClientOptions {
  readonly region: string;
  readonly nodes: string;
  readonly timeoutMs: number;
  readonly onUnavailable: 'throw';
  readonly log: () => void;
}

/** The part of a `Rendezvous` that the suite uses. */
export interface RuntimeClient {
  store(name: string): StoreHandle;
  run<T>(bookmark: string | undefined, fn: () => T): T;
  current(): string | undefined;
  with<T>(policy: { readonly key?: string; readonly mode?: Mode }, fn: () => T): T;
  wait(options: WaitOptions): Promise<RuntimeWait>;
  shutdown(): Promise<void>;
}

export interface WaitOptions {
  readonly store: string;
  readonly region: string;
  readonly bookmark: string | undefined;
  readonly timeoutMs: number;
  readonly keys?: readonly string[];
}

export interface RuntimeWait {
  readonly status: WaitStatus;
  readonly pending: readonly Pending[];
}

/** The part of `createServer`'s options that the suite sets; a node listens on loopback by default. */
export interface NodeOptions {
  readonly port: number;
  readonly regions: readonly string[];
  readonly stores: readonly {
    readonly name: string;
    readonly kind: string;
    readonly home: string;
    readonly regions: Readonly<Record<string, readonly string[]>>;
  }[];
  readonly strategies: Readonly<Record<string, VisibilityStrategy>>;
  readonly monitors: 'inside' | 'none';
}

export interface RuntimeNode {
  readonly url: string;
  shutdown(): Promise<void>;
}

/** The part of `createMonitor`'s options that the suite sets. */
export interface MonitorOptions {
  readonly endpoint: string;
  readonly store: string;
  readonly region: string;
  readonly replicas: readonly { readonly name: string; readonly endpoint: string }[];
  readonly primary: string;
  readonly strategy: VisibilityStrategy;
}

export interface RuntimeMonitor {
  shutdown(): Promise<void>;
}
