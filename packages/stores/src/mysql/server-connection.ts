import type { MysqlConnection, OkHeader } from './driver.js';
import { toPositionText } from './position.js';
import type { Flavour } from './position.js';
import { warnOfMissingTracking } from './tracking-warning.js';

export type ServerRole = 'primary' | 'replica';

/** What a server says of itself and of the session. */
export interface ServerFacts {
  readonly flavour: Flavour;
  readonly role: ServerRole;
  /** The end of each statement names the GTIDs that it wrote. */
  readonly tracksGtids: boolean;
}

/** For so long a role is believed: a server can be made a primary or a replica while clients stay connected. */
const ROLE_AGE_MAX_MS = 1_000;
const POSITION_TIMEOUT_MS = 1_000;

/** What a write looks like when the server was asked what it wrote. */
export interface Written {
  readonly wrote: boolean;
  readonly position?: string;
}

/**
 * What the shim knows of one connection to a server, and asks on it. Its own statements bypass the
 * shim and run between the user's.
 */
export class ServerConnection {
  readonly client: MysqlConnection;
  /** Resolves once the connection is over. */
  readonly lost: Promise<void>;
  #isLost = false;
  #facts: ServerFacts | undefined;
  #askedAtMs = 0;
  #lastGtid = '';
  /** Undefined: not known, so it may be. */
  #inTransaction: boolean | undefined;
  #autocommit = false;
  #backslashEscapes = true;

  constructor(client: MysqlConnection) {
    this.client = client;
    this.lost = new Promise((resolve) => {
      client.stream.once('close', () => {
        this.#isLost = true;
        resolve();
      });
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  get knownRole(): ServerRole | undefined {
    return this.#facts?.role;
  }

  /** Undefined: not known. */
  get inTransaction(): boolean | undefined {
    return this.#inTransaction;
  }

  /** Certainly each statement is a transaction of its own. */
  get isIdle(): boolean {
    return this.#inTransaction === false && this.#autocommit;
  }

  get backslashEscapes(): boolean {
    return this.#backslashEscapes;
  }

  /** What was known of the session does not hold any more. */
  forget(): void {
    this.#facts = undefined;
    this.#inTransaction = undefined;
  }

  /** Takes in the end of a statement. */
  observe(header: OkHeader): void {
    this.#inTransaction = (header.serverStatus & IN_TRANSACTION) !== 0;
    this.#autocommit = (header.serverStatus & AUTOCOMMIT) !== 0;
    this.#backslashEscapes = (header.serverStatus & NO_BACKSLASH_ESCAPES) === 0;
  }

  /** A statement failed: a transaction may have been rolled back with it. */
  observeFailure(): void {
    if (this.#inTransaction !== false) this.#inTransaction = undefined;
  }

  /**
   * Asks the server what it is, unless that is known. Rejects only with what any statement would
   * meet on this connection now.
   *
   * @param mayAskAgain false: keep what is known, however old
   */
  async learn(mayAskAgain: boolean): Promise<ServerFacts> {
    const isFresh = performance.now() - this.#askedAtMs < ROLE_AGE_MAX_MS;
    if (this.#facts !== undefined && (isFresh || !mayAskAgain)) return this.#facts;
    if (this.#facts !== undefined) {
      const [[readOnly] = []] = await this.#query(READ_ONLY_SQL);
      const role = Number(readOnly) > 0 ? 'replica' : 'primary';
      this.#askedAtMs = performance.now();
      if (role === this.#facts.role) return this.#facts;
    }
    const header = (await this.#ask('DO 0')) as OkHeader;
    this.observe(header);
    const variables = new Map(
      (await this.#query(FACTS_SQL)).map(([name, value]) => [String(name), String(value)]),
    );
    this.#askedAtMs = performance.now();
    this.#facts = toFacts(variables);
    if (this.#facts.flavour === 'mariadb') await this.#readLastGtid();
    if (!this.#facts.tracksGtids) warnOfMissingTracking(this.#facts.flavour);
    return this.#facts;
  }

  /** The position in what the server said by itself; undefined: it named nothing new. */
  readTracked(headers: readonly OkHeader[]): string | undefined {
    if (this.#facts?.flavour !== 'mariadb') {
      const gtids = headers.flatMap(({ stateChanges }) => stateChanges?.gtids ?? []);
      const text = gtids.filter((gtid) => gtid !== '').join(',');
      return text === '' ? undefined : toPositionText('mysql', text);
    }
    const last = new Map<string, string>();
    for (const { stateChanges } of headers) {
      const gtid = stateChanges?.systemVariables?.['last_gtid'] ?? '';
      if (gtid === '' || gtid === this.#lastGtid) continue;
      this.#lastGtid = gtid;
      last.set(gtid.split('-')[0] ?? '', gtid);
    }
    return last.size === 0 ? undefined : toPositionText('mariadb', [...last.values()].join(','));
  }

  /**
   * Asks what was written: exact on MariaDB, which knows a session's last GTID; on MySQL everything
   * that the server has, whoever wrote it. Never rejects; without an answer it was written.
   */
  async askWritten(): Promise<Written> {
    if (this.#isLost || this.#facts === undefined) return { wrote: true };
    const asking = this.#askWritten(this.#facts.flavour).catch(() => ({ wrote: true }));
    return orAfter(asking, POSITION_TIMEOUT_MS, { wrote: true });
  }

  async #askWritten(flavour: Flavour): Promise<Written> {
    if (flavour === 'mariadb') {
      const before = this.#lastGtid;
      await this.#readLastGtid();
      if (this.#lastGtid === before) return { wrote: false };
      return toWritten(toPositionText(flavour, this.#lastGtid));
    }
    const [[executed] = []] = await this.#query('SELECT @@GLOBAL.gtid_executed');
    return toWritten(toPositionText(flavour, String(executed)));
  }

  async #readLastGtid(): Promise<void> {
    const [[gtid] = []] = await this.#query('SELECT @@last_gtid');
    this.#lastGtid = typeof gtid === 'string' ? gtid : '';
  }

  async #query(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.#ask(sql)) as readonly (readonly unknown[])[];
  }

  /** Whatever the connection's options make of results. */
  #ask(sql: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const options = { sql, rowsAsArray: true, nestTables: false, typeCast: true };
      this.client.query(options, (error, rows) => {
        if (error) reject(error);
        else resolve(rows);
      });
    });
  }
}

const IN_TRANSACTION = 0x0001;
const AUTOCOMMIT = 0x0002;
const NO_BACKSLASH_ESCAPES = 0x0200;

/** A server that refuses ordinary users' writes is a replica. Aurora's readers say so of their engine. */
const READ_ONLY_SQL = 'SELECT @@GLOBAL.read_only + @@GLOBAL.innodb_read_only';

/** One question that both servers understand, whichever variables they have. */
const FACTS_SQL = `SHOW VARIABLES WHERE Variable_name IN ('version', 'read_only',
  'innodb_read_only', 'session_track_gtids', 'session_track_system_variables')`;

function toFacts(variables: ReadonlyMap<string, string>): ServerFacts {
  const flavour = /mariadb/i.test(variables.get('version') ?? '') ? 'mariadb' : 'mysql';
  const tracked = (variables.get('session_track_system_variables') ?? '').toLowerCase();
  const isReadOnly = ['read_only', 'innodb_read_only'].some((name) => {
    return !['OFF', '0'].includes(variables.get(name) ?? 'OFF');
  });
  return {
    flavour,
    role: isReadOnly ? 'replica' : 'primary',
    tracksGtids:
      flavour === 'mariadb'
        ? tracked === '*' || tracked.split(',').some((name) => name.trim() === 'last_gtid')
        : (variables.get('session_track_gtids') ?? 'OFF') !== 'OFF',
  };
}

function toWritten(position: string | undefined): Written {
  return position === undefined ? { wrote: true } : { wrote: true, position };
}

const connections = new WeakMap<MysqlConnection, ServerConnection>();

/** What is known of `client`'s server: one and the same, whoever asks. */
export function connectionOf(client: MysqlConnection): ServerConnection {
  const known = connections.get(client);
  if (known !== undefined) return known;
  const connection = new ServerConnection(client);
  connections.set(client, connection);
  return connection;
}

/**
 * Whether a statement that failed with `error` may have been committed all the same: the server did
 * not answer, or answered that it was going down.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  const { code, errno, fatal } = error as {
    readonly code?: unknown;
    readonly errno?: unknown;
    readonly fatal?: unknown;
  };
  return fatal === true || code === 'PROTOCOL_SEQUENCE_TIMEOUT' || errno === SERVER_SHUTDOWN;
}

const SERVER_SHUTDOWN = 1053;

async function orAfter<T>(promise: Promise<T>, timeoutMs: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<T>((resolve) => {
    timer = setTimeout(() => {
      resolve(otherwise);
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
