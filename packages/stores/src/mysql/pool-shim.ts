import { AsyncResource } from 'node:async_hooks';
import type { StoreHandle } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import { unwrap } from '../shim-registry.js';
import { fail, hold, readText } from './command.js';
import { shimConnection } from './connection-shim.js';
import type {
  ConnectionCallback,
  DriverCallback,
  MysqlCommand,
  MysqlPool,
  MysqlPoolCluster,
  MysqlPoolConnection,
  MysqlPoolNamespace,
  MysqlPromiseCluster,
  MysqlPromiseConnection,
  MysqlPromisePool,
} from './driver.js';
import { shimPromiseConnection } from './promise-shim.js';
import { readRepeatably } from './run-command.js';
import { connectionOf } from './server-connection.js';
import { isRead, isRepeatable, toStatement } from './statement-kind.js';

type Wrap = (connection: MysqlPoolConnection) => MysqlPoolConnection;

/** One wrapped connection for each that the pool lends. */
function createWrap(handle: StoreHandle): Wrap {
  const connections = new WeakMap<MysqlPoolConnection, MysqlPoolConnection>();
  return (connection) => {
    const known = connections.get(connection);
    if (known !== undefined) return known;
    const wrapped = shimConnection(connection, handle);
    connections.set(connection, wrapped);
    return wrapped;
  };
}

/** A pool calls back in the context of whoever gave the connection back: the caller's own is kept. */
function wrapping(wrap: Wrap, callback: ConnectionCallback): ConnectionCallback {
  return AsyncResource.bind((error, connection) => {
    callback(error, connection && wrap(connection));
  });
}

/**
 * `pool` with its writes reported to `handle` and its reads waiting through it. A proven read of
 * `pool.query` or `pool.execute` holds a connection only while the server works, not while it
 * waits for a replica.
 */
export function shimPool(pool: MysqlPool, handle: StoreHandle): MysqlPool {
  const wrap = createWrap(handle);
  const reader = new PoolReader(pool, handle);

  const getConnection = (callback: ConnectionCallback): unknown =>
    pool.getConnection(
      wrapping((connection) => {
        reader.observe(connection);
        return wrap(connection);
      }, callback),
    );
  // The driver's own code makes the command, and asks for a connection to run it.
  const forQuery = new Proxy(pool, {
    get: (target, property): unknown =>
      property === 'getConnection'
        ? (callback: ConnectionCallback) =>
            reader.reads
              ? callback(null, reader.asConnection(getConnection))
              : getConnection(callback)
        : Reflect.get(target, property, target),
  });

  const shim: MysqlPool = createShim(pool, {
    getConnection,
    releaseConnection: (connection: object) => pool.releaseConnection(unwrap(connection)),
    query: (...parameters: readonly unknown[]) =>
      Reflect.apply(pool.query, handle.active ? forQuery : pool, parameters),
    execute: (...parameters: readonly unknown[]) => {
      if (!handle.active || !reader.execute(parameters)) {
        return Reflect.apply(pool.execute, shim, parameters);
      }
      return undefined;
    },
    promise: (implementation?: unknown) => shimPromisePool(pool.promise(implementation), shim),
  });
  return shim;
}

/** What runs on a pool of a replica before it has a connection. */
class PoolReader {
  readonly #pool: MysqlPool;
  readonly #handle: StoreHandle;
  #last: MysqlPoolConnection | undefined;

  constructor(pool: MysqlPool, handle: StoreHandle) {
    this.#pool = pool;
    this.#handle = handle;
  }

  observe(connection: MysqlPoolConnection): void {
    this.#last = connection;
  }

  /** The last connection was to a replica, and outside of a transaction. */
  get reads(): boolean {
    if (this.#last === undefined || !this.#handle.active) return false;
    if (typeof this.#pool.config.connectionConfig?.queryFormat === 'function') return false;
    const { knownRole, isIdle } = connectionOf(this.#last);
    return knownRole === 'replica' && isIdle;
  }

  /** What the driver takes for a connection: a proven read gets a real one when it is due. */
  asConnection(getConnection: (callback: ConnectionCallback) => unknown): MysqlPoolConnection {
    const query = (command: MysqlCommand): MysqlCommand => {
      const statement = toStatement(readText(command), true);
      if (isRead(statement) && this.#handle.passRead()) {
        this.#onConnection(command);
      } else if (command.onResult !== undefined && isRepeatable(statement)) {
        this.#readRepeatably(command);
      } else if (isRead(statement)) {
        this.#readOnce(command);
      } else {
        withConnection(getConnection, command);
      }
      return command;
    };
    return { query, release: () => undefined, destroy: () => undefined } as never;
  }

  /** Whether it has taken the call over. */
  execute(parameters: readonly unknown[]): boolean {
    const [first, second, third] = parameters;
    const callback = typeof second === 'function' ? second : third;
    const text = typeof first === 'string' ? first : (first as { readonly sql?: unknown }).sql;
    if (!this.reads || typeof callback !== 'function' || typeof text !== 'string') return false;
    if (!isRepeatable(toStatement(text, true))) return false;
    if (this.#handle.passRead()) {
      Reflect.apply(this.#pool.execute, this.#pool, parameters);
      return true;
    }
    const values = typeof second === 'function' ? [] : [second];
    const execute = (): Promise<readonly unknown[]> =>
      new Promise((resolve, reject) => {
        const settle: DriverCallback = (error, ...results) => {
          if (error) reject(error);
          else resolve([null, ...results]);
        };
        Reflect.apply(this.#pool.execute, this.#pool, [first, ...values, settle]);
      });
    this.#handle
      .read({ fromPrimary: false, repeatable: true, execute })
      .catch((error: unknown) => [error])
      .then((given) => {
        process.nextTick(() => {
          Reflect.apply(callback, undefined, given);
        });
      })
      .catch(() => undefined);
    return true;
  }

  #readRepeatably(command: MysqlCommand): void {
    const run = (copy: MysqlCommand): void => {
      this.#onConnection(copy);
    };
    readRepeatably({ handle: this.#handle, command, run }).catch(() => undefined);
  }

  /** Without a callback rows are told as they come: the command runs once, after the wait. */
  #readOnce(command: MysqlCommand): void {
    let isStarted = false;
    const execute = async (): Promise<void> => {
      isStarted = true;
      const { completion, announce } = hold(command, new Promise(() => undefined), () => true);
      this.#onConnection(command);
      await completion;
      announce();
    };
    this.#handle
      .read({ fromPrimary: false, repeatable: false, execute })
      .catch((error: unknown) => {
        if (!isStarted) fail(command, error);
      });
  }

  #onConnection(command: MysqlCommand): void {
    withConnection((callback) => this.#pool.getConnection(callback), command);
  }
}

/** Runs `command` as the driver's `pool.query` does. */
function withConnection(
  getConnection: (callback: ConnectionCallback) => unknown,
  command: MysqlCommand,
): void {
  getConnection((error, connection) => {
    if (connection === undefined) {
      if (command.onResult !== undefined) command.onResult(error);
      else command.emit('error', error);
      return;
    }
    try {
      connection.query(command);
      command.once('end', () => {
        connection.release();
      });
    } catch (thrown) {
      connection.release();
      if (command.onResult !== undefined) command.onResult(thrown as Error);
      else command.emit('error', thrown);
    }
  });
}

/** `cluster` whose connections are wrapped, each for the server it leads to. */
export function shimPoolCluster(cluster: MysqlPoolCluster, handle: StoreHandle): MysqlPoolCluster {
  const wrap = createWrap(handle);
  const namespaces = new WeakMap<MysqlPoolNamespace, MysqlPoolNamespace>();
  const of = (pattern?: unknown, selector?: unknown): MysqlPoolNamespace => {
    const bare = cluster.of(pattern, selector);
    const known = namespaces.get(bare);
    if (known !== undefined) return known;
    const getConnection = (callback: ConnectionCallback): unknown =>
      bare.getConnection(wrapping(wrap, callback));
    const runs = (name: string): boolean => name === 'query' || name === 'execute';
    const namespace = createShim(bare, { getConnection }, runs);
    namespaces.set(bare, namespace);
    return namespace;
  };
  const shim: MysqlPoolCluster = createShim(cluster, {
    of,
    getConnection: (...parameters: unknown[]) => {
      const at = parameters.findIndex((parameter) => typeof parameter === 'function');
      if (at >= 0) parameters[at] = wrapping(wrap, parameters[at] as ConnectionCallback);
      return cluster.getConnection(...parameters);
    },
    promise: (implementation?: unknown) => {
      const promised = cluster.promise?.(implementation);
      return promised && shimPromiseCluster(promised, shim);
    },
  });
  return shim;
}

/** `pool` of the promise API over `core`, the wrapped pool inside it. */
export function shimPromisePool(pool: MysqlPromisePool, core: MysqlPool): MysqlPromisePool {
  return createShim(
    pool,
    {
      pool: core,
      getConnection: () => toWrapped(() => onCore(pool, { pool: core }).getConnection()),
    },
    () => true,
  );
}

/** `cluster` of the promise API over `core`, the wrapped cluster inside it. */
export function shimPromiseCluster(
  cluster: MysqlPromiseCluster,
  core: MysqlPoolCluster,
): MysqlPromiseCluster {
  return createShim(
    cluster,
    {
      poolCluster: core,
      getConnection: (...parameters: unknown[]) =>
        toWrapped(() => onCore(cluster, { poolCluster: core }).getConnection(...parameters)),
    },
    () => true,
  );
}

/** The driver's own methods, on the wrapped pool inside. */
function onCore<T extends object>(client: T, core: object): T {
  return Object.create(
    client,
    Object.fromEntries(
      Object.entries(core).map(([name, value]) => [name, { value: value as unknown }]),
    ),
  ) as T;
}

/** What the driver makes over a wrapped connection is wrapped, and known to be. */
function toWrapped(
  connect: () => Promise<MysqlPromiseConnection>,
): Promise<MysqlPromiseConnection> {
  return connect().then((connection) => shimPromiseConnection(connection, connection.connection));
}
