/** A store with its home in `eu` and a replica in `us` that is as slow as the test wants, and a real node. */

import { createRendezvous } from '@rendezvous/client';
import type { Rendezvous, RendezvousOptions } from '@rendezvous/client';
import { startNode } from '@rendezvous/testkit';
import type { StartNodeOptions } from '@rendezvous/testkit';
import { onTestFinished } from 'vitest';

export interface ReplicatedPosts {
  /** The clients of the functions in both regions. */
  readonly eu: Rendezvous;
  readonly us: Rendezvous;
  /** Writes a post in eu; resolves with its branch's bid. */
  write(id: string): Promise<string>;
  /** Reads a post in us. Undefined: it is not there. */
  read(id: string): Promise<string | undefined>;
  /** Makes the post visible in us. */
  replicate(id: string): Promise<void>;
}

/** The store has no replica that a monitor could reach. */
const NO_STRATEGY: StartNodeOptions['strategies'][string] = {
  kind: 'watermark',
  order: { parse: () => undefined, relation: () => 'pending' },
  connectReplica: () => Promise.reject(new Error('there is none')),
  readPrimary: () => Promise.reject(new Error('there is none')),
};

/** Starts what ends with the test. `options` are those of the clients. */
export async function startPosts(options: RendezvousOptions = {}): Promise<ReplicatedPosts> {
  const node = await startNode({
    regions: ['eu', 'us'],
    // Replicas that the application watches: the node believes what it is told.
    stores: [{ name: 'posts', kind: 'none', home: 'eu', regions: { eu: [], us: [] } }],
    strategies: { none: NO_STRATEGY },
  });
  onTestFinished(() => node.shutdown());
  const connect = (region: string): Rendezvous => {
    const rv = createRendezvous({ openTimeoutMs: 10_000, ...options, region, nodes: node.url });
    onTestFinished(() => rv.shutdown());
    return rv;
  };
  const [eu, us] = [connect('eu'), connect('us')];
  const posts = us.store('posts');
  const bids = new Map<string, string>();
  const visible = new Map<string, string>();
  return {
    eu,
    us,
    async write(id) {
      const { bid } = await eu.open({ store: 'posts', keys: [id] });
      bids.set(id, bid);
      return bid;
    },
    read: (id) =>
      posts.read({
        keys: [new TextEncoder().encode(id)],
        fromPrimary: false,
        repeatable: true,
        execute: () => Promise.resolve(visible.get(id)),
      }),
    async replicate(id) {
      visible.set(id, `text of ${id}`);
      await us.close({ bid: bids.get(id) ?? '', region: 'us' });
    },
  };
}
