import type { CommandPlan } from './command-plan.js';
import type { LinkAnswer, RedisLink } from './redis-link.js';
import { parseReplicationInfo } from './replication-info.js';

/** `unknown`: the server does not tell; treated as a replica. */
export type ServerRole = 'primary' | 'replica' | 'unknown';

/** Tells by which kind of server a read will be served. */
export interface RoleSource {
  /** Undefined: to be learned. */
  known(read: Pick<CommandPlan, 'keys'>): ServerRole | undefined;
  /** Rejects only if the connection failed, as any command would. */
  learn(): Promise<ServerRole>;
  /** Whether a read that was sent on `connection` may have been served by another server after all. */
  isInDoubt(read: Pick<CommandPlan, 'keys'>, connection: unknown): boolean;
  /** What a server said of itself on the way. */
  note(answer: LinkAnswer): void;
}

export function createRoleSource(link: RedisLink): RoleSource {
  return link.readsReplicas === undefined ? new ReplicationRole(link) : createClusterRole(link);
}

/**
 * In cluster mode servers change their roles and keep their connections, so that what one said of
 * itself may not be true any more. But a replica serves no key on a connection that is not READONLY,
 * whereas any server answers what names no key.
 */
function createClusterRole(link: RedisLink): RoleSource {
  const known: RoleSource['known'] = ({ keys }) =>
    keys !== undefined && link.readsReplicas === false ? 'primary' : 'replica';
  return {
    known,
    learn: () => Promise.resolve('unknown'),
    isInDoubt: (read) => known(read) !== 'primary',
    note: () => undefined,
  };
}

/** The role of the server that a client is connected to: asked once per connection. */
class ReplicationRole implements RoleSource {
  readonly #link: RedisLink;
  #known: { readonly role: ServerRole; readonly connection: unknown } | undefined;
  #learning: Promise<ServerRole> | undefined;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  /** Undefined, too, when the connection is not the one that was asked. */
  known(): ServerRole | undefined {
    const { connection, ready } = this.#link;
    const known = this.#known;
    return ready && known?.connection === connection ? known?.role : undefined;
  }

  note({ text, connection }: LinkAnswer): void {
    this.#known = { role: parseReplicationInfo(text)?.role ?? 'unknown', connection };
  }

  learn(): Promise<ServerRole> {
    this.#learning ??= this.#ask().finally(() => (this.#learning = undefined));
    return this.#learning;
  }

  /** After a reconnect on the way. */
  isInDoubt(_read: unknown, connection: unknown): boolean {
    return connection !== this.#link.connection;
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
