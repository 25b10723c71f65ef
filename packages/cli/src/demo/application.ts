/** The surroundings of both functions' code, which is the same with Rendezvous and without it. */
import type { Posts } from './stores/demo-store.js';

export interface Application {
  readonly posts: Posts;
  /** Handles one request. `attributes` came with the notification that caused it. */
  handle<T>(attributes: Attributes, handler: () => Promise<T>): Promise<T>;
  /** What a notification sent from within `handle` must carry. */
  attributes(): Attributes;
  /** Reads so far that went on although nobody could say whether they were safe. */
  unanswered(): number;
  /** When a blocked wait for the post was answered; undefined: none was. */
  releasedAtMs(post: string): number | undefined;
}

export type Attributes = Readonly<Record<string, string>>;
