/** The surroundings of both functions' code, which is the same with Rendezvous and without it. */
import type { Posts } from './stores/demo-store.js';

export interface Application {
  readonly posts: Posts;
  /** Handles one request. `attributes` came with the notification that caused it. */
  handle<T>(attributes: Attributes, handler: () => Promise<T>): Promise<T>;
  /** What a notification sent from within `handle` must carry. */
  attributes(): Attributes;
  /** What came of the reads so far. */
  tally(): ReadTally;
  /** When a blocked wait for the post was answered; undefined: none was. */
  releasedAtMs(post: string): number | undefined;
}

export interface ReadTally {
  /** Reads that went on although nobody could say whether they were safe. */
  readonly unanswered: number;
  /** Reads that were issued a second time. */
  readonly repeated: number;
}

export type Attributes = Readonly<Record<string, string>>;
