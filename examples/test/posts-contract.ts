/** What each of the examples does with posts, so that one suite can run them all. */
import type { Rendezvous } from '@rendezvous/client';

export interface Post {
  readonly id: number;
  readonly text: string;
}

export interface Posts {
  readonly rv: Rendezvous;
  add(post: Post): Promise<void>;
  /** In one transaction, which is rolled back if `check` throws. */
  addAll(posts: readonly Post[], check: () => void): Promise<void>;
  find(id: number): Promise<Post | undefined>;
  count(): Promise<number>;
  shutdown(): Promise<void>;
}

export interface PostsOptions {
  /** Where the process runs, and which replica it reads. */
  readonly region: string;
  /** URL of the metadata node. */
  readonly nodes: string;
  readonly databaseUrl: string;
}

export type ConnectPosts = (options: PostsOptions) => Posts;
