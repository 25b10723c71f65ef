import { RendezvousError } from '@rendezvous/protocol';

/** The part of node-postgres' `Client` that a monitor uses. */
export interface MonitorClient {
  connect(): Promise<unknown>;
  query(config: {
    readonly text: string;
    readonly name?: string;
    readonly values?: readonly unknown[];
  }): Promise<{
    readonly rows: readonly Readonly<Record<string, unknown>>[];
  }>;
  end(): Promise<unknown>;
  on(event: 'error' | 'end', listener: () => void): unknown;
  readonly connection?: { readonly stream: { destroy(): unknown } };
}

export type MonitorClientConstructor = new (config: {
  readonly connectionString: string;
  readonly connectionTimeoutMillis: number;
  readonly query_timeout: number;
  readonly statement_timeout: number;
  readonly keepAlive: boolean;
  readonly fallback_application_name: string;
}) => MonitorClient;

export interface MonitorConnectionOptions {
  readonly endpoint: string;
  readonly connectTimeoutMs: number;
  readonly queryTimeoutMs: number;
  readonly Client?: MonitorClientConstructor;
}

export type Row = Readonly<Record<string, unknown>>;

/** One connection of a monitor to one server. After any rejection it is of no more use. */
export interface MonitorConnection {
  /** Runs one statement and returns its first row. With a `name` it is prepared once. */
  queryRow(text: string, name?: string, values?: readonly unknown[]): Promise<Row | undefined>;
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
  const Client = options.Client ?? (await loadClient());
  assertNotAborted(signal, server);
  const client = new Client({
    connectionString: options.endpoint,
    connectionTimeoutMillis: options.connectTimeoutMs,
    query_timeout: options.queryTimeoutMs,
    statement_timeout: options.queryTimeoutMs,
    keepAlive: true,
    fallback_application_name: 'rendezvous-monitor',
  });
  const lost = new Promise<void>((resolve) => {
    // Without a listener an error would end the process.
    client.on('error', resolve);
    client.on('end', resolve);
  });
  let ended: Promise<void> | undefined;
  const shutdown = (): Promise<void> => (ended ??= endNow(client));
  let onAbort = (): void => undefined;
  // The driver does not settle a `connect` that is ended on its way.
  const aborted = new Promise<void>((resolve) => (onAbort = resolve));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([client.connect(), aborted]);
    assertNotAborted(signal, server);
  } catch (error) {
    await shutdown();
    assertNotAborted(signal, server);
    throw toStoreFailed(server, 'did not accept the connection', error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  const queryRow: MonitorConnection['queryRow'] = async (text, name, values) => {
    try {
      const { rows } = await client.query({
        text,
        ...(name !== undefined && { name }),
        ...(values && { values }),
      });
      return rows[0];
    } catch (error) {
      throw toStoreFailed(server, 'did not answer', error);
    }
  };
  return { queryRow, lost, shutdown };
}

/** Says goodbye, without waiting for a server that may be silent. */
async function endNow(client: MonitorClient): Promise<void> {
  try {
    const ended = client.end();
    client.connection?.stream.destroy();
    await ended;
  } catch {
    // It had ended already.
  }
}

/** Host and port of a connection URL: what may appear in messages. Throws `config_invalid`. */
function describeServer(endpoint: string): string {
  try {
    const { protocol, hostname, port } = new URL(endpoint);
    if (protocol === 'postgres:' || protocol === 'postgresql:') {
      return `PostgreSQL at ${hostname}:${port === '' ? '5432' : port}`;
    }
  } catch {
    // The error would quote the URL, password included.
  }
  throw new RendezvousError(
    'config_invalid',
    "an endpoint of a PostgreSQL store must be a URL like 'postgres://user@host:5432/database'",
  );
}

function assertNotAborted(signal: AbortSignal, server: string): void {
  if (signal.aborted)
    throw new RendezvousError('cancelled', `connecting to ${server} was given up`);
}

function toStoreFailed(server: string, what: string, cause: unknown): RendezvousError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RendezvousError('store_failed', `${server} ${what}: ${reason}`, { cause });
}

/** The driver is an optional peer, found when a monitor first needs it. */
async function loadClient(): Promise<MonitorClientConstructor> {
  const driver: string = 'pg';
  let loaded: unknown;
  try {
    loaded = await import(driver);
  } catch (cause) {
    throw new RendezvousError('config_invalid', "monitoring PostgreSQL needs the package 'pg'", {
      cause,
    });
  }
  return (loaded as { readonly default: { readonly Client: MonitorClientConstructor } }).default
    .Client;
}
