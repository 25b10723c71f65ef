import { RendezvousError } from '@rendezvous/protocol';

/** The part of `mysql2/promise` that a monitor uses. */
export interface MonitorClient {
  query(options: {
    readonly sql: string;
    readonly rowsAsArray: true;
    readonly timeout: number;
  }): Promise<readonly [unknown, unknown]>;
  on(event: 'error' | 'end', listener: () => void): unknown;
  destroy(): unknown;
}

export type ConnectMonitorClient = (options: {
  readonly uri: string;
  readonly connectTimeout: number;
  readonly connectAttributes: Readonly<Record<string, string>>;
}) => Promise<MonitorClient>;

export interface MonitorConnectionOptions {
  readonly endpoint: string;
  readonly connectTimeoutMs: number;
  readonly queryTimeoutMs: number;
  readonly createConnection?: ConnectMonitorClient;
}

/** One connection of a monitor to one server. After any rejection it is of no more use. */
export interface MonitorConnection {
  /** Runs one statement and returns its first row. */
  queryRow(sql: string): Promise<readonly unknown[]>;
  /** Resolves once the connection is over. */
  readonly lost: Promise<void>;
  /** Idempotent; never rejects. */
  readonly shutdown: () => Promise<void>;
}

/**
 * Connects to the server at `endpoint`. Rejects with `store_failed`, or with `cancelled` once
 * `signal` is aborted; errors name host and port, never user information of the URL.
 */
export async function connectForMonitoring(
  options: MonitorConnectionOptions,
  signal: AbortSignal,
): Promise<MonitorConnection> {
  const server = describeServer(options.endpoint);
  const createConnection = options.createConnection ?? (await loadDriver());
  assertNotAborted(signal, server);
  const client = await connect(createConnection, options, server, signal);
  const lost = new Promise<void>((resolve) => {
    // Without a listener an error would end the process.
    client.on('error', resolve);
    client.on('end', resolve);
  });
  const shutdown = (): Promise<void> => {
    client.destroy();
    return Promise.resolve();
  };
  const queryRow: MonitorConnection['queryRow'] = async (sql) => {
    try {
      const { queryTimeoutMs: timeout } = options;
      const [rows] = await client.query({ sql, rowsAsArray: true, timeout });
      return (rows as readonly (readonly unknown[])[])[0] ?? [];
    } catch (error) {
      throw toStoreFailed(server, 'did not answer', error);
    }
  };
  return { queryRow, lost, shutdown };
}

/** The driver cannot be told to give up: a connection that comes after the abort is closed. */
async function connect(
  createConnection: ConnectMonitorClient,
  { endpoint, connectTimeoutMs }: MonitorConnectionOptions,
  server: string,
  signal: AbortSignal,
): Promise<MonitorClient> {
  const connecting = createConnection({
    uri: endpoint,
    connectTimeout: connectTimeoutMs,
    connectAttributes: { program_name: 'rendezvous-monitor' },
  });
  let giveUp = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    giveUp = () => {
      resolve(undefined);
    };
  });
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const client = await Promise.race([connecting, aborted]);
    if (client !== undefined) return client;
  } catch (error) {
    throw toStoreFailed(server, 'did not accept the connection', error);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  connecting.then((client) => client.destroy()).catch(() => undefined);
  throw toCancelled(server);
}

/** Host and port of a connection URL: what may appear in messages. Throws `config_invalid`. */
function describeServer(endpoint: string): string {
  try {
    const { protocol, hostname, port } = new URL(endpoint);
    if (protocol === 'mysql:' || protocol === 'mariadb:') {
      const product = protocol === 'mysql:' ? 'MySQL' : 'MariaDB';
      return `${product} at ${hostname}:${port === '' ? '3306' : port}`;
    }
  } catch {
    // The error would quote the URL, password included.
  }
  throw new RendezvousError(
    'config_invalid',
    "an endpoint of a MySQL or MariaDB store must be a URL like 'mysql://user@host:3306/database'",
  );
}

function assertNotAborted(signal: AbortSignal, server: string): void {
  if (signal.aborted) throw toCancelled(server);
}

function toCancelled(server: string): RendezvousError {
  return new RendezvousError('cancelled', `connecting to ${server} was given up`);
}

function toStoreFailed(server: string, what: string, cause: unknown): RendezvousError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RendezvousError('store_failed', `${server} ${what}: ${reason}`, { cause });
}

/** The driver is an optional peer, found when a monitor first needs it. */
async function loadDriver(): Promise<ConnectMonitorClient> {
  const driver: string = 'mysql2/promise';
  let loaded: unknown;
  try {
    loaded = await import(driver);
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      "monitoring MySQL or MariaDB needs the package 'mysql2'",
      { cause },
    );
  }
  return (loaded as { readonly createConnection: ConnectMonitorClient }).createConnection;
}
