/** The operations that `bench overhead` compares. */
import type { Rendezvous } from '@rendezvous/client';
import type { Posts } from '../demo/stores/demo-store.js';
import type { MeasurePayload, WrittenPost } from './overhead-contracts.js';
import type { Operation } from './take-turns.js';

const BODY = 'What this post says to its readers in the other region.';

/** What a function has: the same datastore through three clients. */
export interface Clients {
  readonly rv: Rendezvous;
  readonly bare: Posts;
  readonly otherBare: Posts;
  readonly wrapped: Posts;
  /** Asks the node for nothing, over a connection of its own. */
  readonly ping: () => Promise<unknown>;
  /** An id that no post has yet. */
  readonly mint: () => string;
}

/** The bare client's operation, and what it is compared with. */
export function toOperations(
  { rv, bare, otherBare, wrapped, ping, mint }: Clients,
  { measure, posts }: Omit<MeasurePayload, 'count'>,
): readonly [Operation, Operation] {
  const writeBare =
    (client: Posts): Operation =>
    () =>
      client.write(mint(), BODY);
  const readBare =
    (client: Posts): Operation =>
    async (index) =>
      assertFound(await client.read(pick(posts, index).post));
  const readWrapped =
    (toBookmark: (written: WrittenPost) => string | undefined): Operation =>
    async (index) => {
      const written = pick(posts, index);
      assertFound(await rv.run(toBookmark(written), () => wrapped.read(written.post)));
    };
  switch (measure) {
    case 'controlWrite':
      return [writeBare(bare), writeBare(otherBare)];
    case 'controlRead':
      return [readBare(bare), readBare(otherBare)];
    case 'controlPing':
      return [
        readBare(bare),
        async (index) => {
          await Promise.all([ping(), readBare(bare)(index)]);
        },
      ];
    case 'write':
      return [writeBare(bare), () => rv.run(undefined, () => wrapped.write(mint(), BODY))];
    case 'read':
      return [readBare(bare), readWrapped(() => undefined)];
    case 'readClosed':
      return [readBare(bare), readWrapped(({ attributes }) => rv.extract(attributes))];
  }
}

/** Writes a post through the wrapped client, as a request of its own. */
export function writePost({ rv, wrapped, mint }: Clients): Promise<WrittenPost> {
  return rv.run(undefined, async () => {
    const post = mint();
    await wrapped.write(post, BODY);
    const attributes: Record<string, string> = {};
    rv.inject(attributes);
    return { post, attributes };
  });
}

function pick(posts: readonly WrittenPost[], index: number): WrittenPost {
  const post = posts[index % posts.length];
  if (post === undefined) throw new Error('there is no post to read');
  return post;
}

function assertFound(found: boolean): void {
  if (!found) throw new Error('a post that is visible was not read');
}
