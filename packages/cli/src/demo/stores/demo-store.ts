/**
 * What the demo must know of a datastore. One module per store implements it, and every process of
 * the demo loads that module by the store's name; whatever only one of them needs, such as the
 * launcher or the shim, the module loads where it is used.
 */
import type { Rendezvous } from '@rendezvous/client';
import type { LagGate } from '@rendezvous/testkit';

export interface DemoStore {
  /** As people call it. */
  readonly product: string;
  /** What the server in us is to the one in eu: `a hot standby`. */
  readonly replicaRole: string;
  /** Where the lag is injected, as a clause that follows "injected in": the whole truth for a report. */
  describeLag(lagMs: number): string;
  /** Posts a second, of all lanes, that two cores bear without becoming what is measured. Default: as many as the lanes start. */
  readonly postRateMax?: number;
  /** Starts both servers, for `connectionCount` connections of functions to each, and resolves once they can take posts. */
  startPair(connectionCount: number): Promise<StorePair>;
  /** In a function: resolves once `connectionCount` requests at a time find their connections ready. */
  connect(url: string, connectionCount: number): Promise<StoreConnection>;
  /** In the observer. */
  connectObserver(url: string): Promise<PostObserver>;
}

/** A primary in eu and its replica in us. */
export interface StorePair extends AsyncDisposable {
  readonly primary: { readonly url: string };
  readonly replica: { readonly url: string };
  readonly lag: LagGate;
  /** The servers' version. */
  readonly version: string;
}

/** A function's client. */
export interface StoreConnection {
  /** Through the bare client. */
  readonly posts: Posts;
  /** Through the same client, wrapped: all that Rendezvous changes. */
  wrap(rv: Rendezvous): Promise<Posts>;
  /** The key by which a wait names a post, as text. Default: the post itself. */
  toKey?(post: string): string;
}

/** What both functions do with the datastore; the same code whether its client is wrapped or bare. */
export interface Posts {
  write(post: string, body: string): Promise<void>;
  /** Whether the post was there. */
  read(post: string): Promise<boolean>;
}

export interface PostObserver {
  /** Which of the posts are readable: asked in a tight loop, so as cheap as the store allows. */
  findReadable(posts: readonly string[]): Promise<ReadonlySet<string>>;
}
