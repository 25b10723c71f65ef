import type { LinkAnswer, RedisLink } from './redis-link.js';
import { parseReplicationInfo } from './replication-info.js';

/** `unknown`: the server does not tell; treated as a replica. */
export type ServerRole = 'primary' | 'replica' | 'unknown';

/** The role of the server that a client is connected to: asked once per connection. */
export class ReplicationRole {
  readonly #link: RedisLink;
  #known: { readonly role: ServerRole; readonly connection: unknown } | undefined;
  #learning: Promise<ServerRole> | undefined;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  /** Undefined: to be learned, since the connection is not the one that was asked. */
  get known(): ServerRole | undefined {
    const { connection, ready } = this.#link;
    const known = this.#known;
    return ready && known?.connection === connection ? known?.role : undefined;
  }

  /** What a server said of itself on the way. */
  note({ text, connection }: LinkAnswer): void {
    this.#known = { role: parseReplicationInfo(text)?.role ?? 'unknown', connection };
  }

  /** Rejects only if the connection failed, as any command would. */
  learn(): Promise<ServerRole> {
    this.#learning ??= this.#ask().finally(() => (this.#learning = undefined));
    return this.#learning;
  }

  async #ask(): Promise<ServerRole> {
    try {
      this.note(await this.#link.askReplication());
    } catch (error) {
      if (!this.#link.isErrorReply(error)) throw error;
      this.#known = { role: 'unknown', connection: this.#link.connection };
    }
    return this.#known?.role ?? 'unknown';
  }
}
