/** One question to a server, on a connection of its own. */
import { createConnection } from 'mysql2/promise';
import type { Connection, RowDataPacket } from 'mysql2/promise';

const CONNECT_TIMEOUT_MS = 5_000;

/** Connects as the server's superuser, runs `use`, disconnects. Never tries twice. */
async function withMysql<T>(port: number, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port,
    user: 'root',
    connectTimeout: CONNECT_TIMEOUT_MS,
  });
  connection.on('error', () => undefined);
  try {
    return await use(connection);
  } finally {
    connection.destroy();
  }
}

/** Runs the statements one after the other. */
export function runMysql(port: number, statements: readonly string[]): Promise<void> {
  return withMysql(port, async (connection) => {
    for (const statement of statements) await connection.query(statement);
  });
}

/** The first row of a statement's result. */
export function queryMysql(
  port: number,
  statement: string,
): Promise<Readonly<Record<string, unknown>>> {
  return withMysql(port, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(statement);
    return rows[0] ?? {};
  });
}
