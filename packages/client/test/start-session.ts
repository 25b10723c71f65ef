import type { NodeBody } from '@rendezvous/protocol';
import { onTestFinished } from 'vitest';
import { DEFAULT_TIMINGS } from '../src/failover/session-timings.js';
import type { SessionTimings } from '../src/failover/session-timings.js';
import type { LogEvent } from '../src/log.js';
import { createNodeSession } from '../src/node-session.js';
import type { NodeSession } from '../src/node-session.js';
import type { PerformOptions } from '../src/node-session.js';
import { connect } from '../src/session/index.js';
import { startFakeNode, WELCOME } from './fake-node.js';
import type { FakeNode } from './fake-node.js';

/** Longer than any test: whoever waits for it fails by the test's own time limit. */
export const NEVER_MS = 600_000;

/** Nothing comes by the mere passing of time, and what is tried again is tried soon. */
const TEST_TIMINGS: SessionTimings = {
  ...DEFAULT_TIMINGS,
  staggerMs: NEVER_MS,
  connectTimeoutMs: NEVER_MS,
  awayMs: NEVER_MS,
  reconnectDelayMsMax: 5,
  returnDelayMsMax: 5,
  settleMs: 0,
  probeAfterMs: NEVER_MS,
};

export interface TestSession {
  readonly session: NodeSession;
  readonly events: readonly LogEvent[];
  /** Resolves once an event of this name, about this node, was logged. */
  readonly told: (event: string, node?: FakeNode) => Promise<LogEvent>;
  /** A ping; which node answered it is for the nodes to say. */
  readonly ping: (options?: Partial<PerformOptions>) => Promise<NodeBody>;
}

/** A session in region `us` that ends with the test. Unlike the client's its log repeats itself. */
export function startSession(
  nodes: readonly (readonly FakeNode[])[],
  timings: Partial<SessionTimings> = {},
): TestSession {
  const events: LogEvent[] = [];
  const watchers = new Set<() => void>();
  const allTimings = { ...TEST_TIMINGS, ...timings };
  const session = createNodeSession({
    nodes: nodes.map((equals) => equals.map(({ url }) => url)),
    region: 'us',
    timings: allTimings,
    connect: (endpoint, signal) =>
      connect({
        endpoint,
        namespace: 'default',
        role: 'writer',
        region: 'us',
        background: true,
        signal,
        connectTimeoutMs: allTimings.connectTimeoutMs,
        silenceMsMax: allTimings.silenceMsMax,
      }),
    onConnect: () => undefined,
    log: (event) => {
      events.push(event);
      for (const watcher of watchers) watcher();
    },
  });
  onTestFinished(() => {
    session.shutdown();
  });
  return {
    session,
    events,
    told: (name, node) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = events.find(
            (one) => one.event === name && (!node || one['node'] === hostOf(node)),
          );
          if (found) resolve(found);
        };
        watchers.add(check);
        check();
      }),
    ping: (options) =>
      session.perform(() => ({ kind: 'ping' }), { timeoutMs: NEVER_MS, ...options }),
  };
}

/** A node that is gone when the test ends. */
export async function startNode(port?: number): Promise<FakeNode> {
  const node = await startFakeNode(port);
  onTestFinished(() => node.shutdown());
  return node;
}

/** A node that serves other regions than `us`. */
export async function startForeignNode(): Promise<FakeNode> {
  const node = await startNode();
  node.answers.hello = (_body, reply) => {
    reply({ ...WELCOME, regions: ['eu'] });
  };
  return node;
}

function hostOf({ url }: FakeNode): string {
  return new URL(url).host;
}
