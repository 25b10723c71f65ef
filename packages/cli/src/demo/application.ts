/**
 * The code that both functions run, with or without Rendezvous. What differs is in this one file:
 * the client is wrapped, a request runs in a context, and a notification carries a bookmark.
 */
import { createRendezvous } from '@rendezvous/client';
import { wrapPg } from '@rendezvous/stores/postgres';
import pg from 'pg';
import type { FunctionSetup } from './process-contracts.js';
import { createWaitTap } from './wait-tap.js';

export interface Application {
  readonly pool: pg.Pool;
  /** Handles one request, about one post. `attributes` came with the notification that caused it. */
  handle<T>(attributes: Attributes, post: string, handler: () => Promise<T>): Promise<T>;
  /** What a notification sent from within `handle` must carry. */
  attributes(): Attributes;
  /** How waits ended so far. */
  counters(): { readonly prevented: number; readonly unanswered: number };
  /** When a blocked wait for the post was answered; undefined: none was. */
  releasedAtMs(post: string): number | undefined;
}

export type Attributes = Readonly<Record<string, string>>;

export async function createApplication(setup: FunctionSetup): Promise<Application> {
  const pool = new pg.Pool({ connectionString: setup.databaseUrl, max: setup.concurrency });
  // Connections are made before the measurement, not in it.
  await Promise.all(Array.from({ length: setup.concurrency }, () => pool.query('select 1')));
  return setup.rendezvous === null ? createPlain(pool) : createConsistent(pool, setup.rendezvous);
}

function createPlain(pool: pg.Pool): Application {
  return {
    pool,
    handle: (_attributes, _post, handler) => handler(),
    attributes: () => ({}),
    counters: () => ({ prevented: 0, unanswered: 0 }),
    releasedAtMs: () => undefined,
  };
}

async function createConsistent(
  pool: pg.Pool,
  { node, region, timeoutMs }: NonNullable<FunctionSetup['rendezvous']>,
): Promise<Application> {
  const tap = createWaitTap();
  const rv = createRendezvous({ region, nodes: [node], timeoutMs, webSocket: tap.webSocket });
  // As a first request would: connect to the node before the measurement.
  await rv.run(undefined, () => rv.wait({ timeoutMs: 0 }));
  return {
    pool: wrapPg(pool, rv.store('posts')),
    handle: (attributes, post, handler) =>
      rv.run(rv.extract(attributes), () => rv.with({ key: post }, handler)),
    attributes: () => {
      const attributes: Record<string, string> = {};
      rv.inject(attributes);
      return attributes;
    },
    counters: () => {
      const { prevented, unavailable, missing } = rv.counters;
      return { prevented, unanswered: unavailable + missing };
    },
    releasedAtMs: (post) => tap.releasedAtMs(post),
  };
}
