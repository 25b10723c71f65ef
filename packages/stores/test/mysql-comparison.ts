import type { MysqlPair } from '@rendezvous/testkit';
import mysql from 'mysql2';
import promiseMysql from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { wrapMysql2 } from '../src/mysql/index.js';
import {
  CALLBACK_CASES,
  CALLBACK_POOL_CASES,
  MARIADB_CASES,
  POOL_CASES,
  PROMISE_CASES,
} from './mysql-cases.js';
import type { MysqlCase } from './mysql-cases.js';
import { RecordingHandle } from './recording-handle.js';
import { openLate } from './ioredis-comparison.js';

const OPTIONS = { multipleStatements: true, flags: ['+LOCAL_FILES'] };

const SCHEMA = [
  'DROP TABLE IF EXISTS posts, numbered, made',
  'CREATE TABLE posts (id VARCHAR(32) PRIMARY KEY, body TEXT)',
  `INSERT INTO posts VALUES ('a', '1'), ('b', '2')`,
  'CREATE TABLE numbered (id INT AUTO_INCREMENT PRIMARY KEY, body TEXT)',
];

const ROUTINES = [
  'USE rendezvous',
  'DROP PROCEDURE IF EXISTS add_post',
  'DROP PROCEDURE IF EXISTS read_posts',
  'DROP PROCEDURE IF EXISTS add_and_fail',
  'DROP FUNCTION IF EXISTS write_post',
  `CREATE PROCEDURE add_post() BEGIN SELECT 1; INSERT INTO posts VALUES ('c', ''); SELECT 2; END`,
  'CREATE PROCEDURE read_posts() SELECT * FROM posts',
  `CREATE PROCEDURE add_and_fail() BEGIN INSERT INTO posts VALUES ('c', ''); INSERT INTO posts VALUES ('c', ''); END`,
  `CREATE FUNCTION write_post() RETURNS INT BEGIN INSERT INTO posts VALUES ('f', ''); RETURN 1; END`,
];

/** What differs from one run to the next: GTIDs, and what the driver keeps of packets. */
function withoutChance(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify([value], (key, inner: unknown) =>
      ['last_gtid', 'gtids', '_buf'].includes(key) || key.endsWith('Start') ? 'by chance' : inner,
    ),
  ) as unknown;
}

/** Does each case on a bare and on a wrapped client of one server: both come to the same. */
export function testMysqlDriver(pairOf: () => MysqlPair): void {
  const asRoot = async (statements: readonly string[]): Promise<void> => {
    const keeper = await promiseMysql.createConnection({
      port: pairOf().primary.port,
      host: '127.0.0.1',
      user: 'root',
    });
    for (const statement of statements) await keeper.query(statement);
    keeper.destroy();
  };

  const compare = async <C extends object>(
    [, branches, run]: MysqlCase<C>,
    connect: (uri: string) => Promise<C>,
    end: (client: C) => unknown,
  ): Promise<void> => {
    const handle = new RecordingHandle({ afterWrite: openLate });
    const outcomes: unknown[] = [];
    for (const wrap of [false, true]) {
      await asRoot(['USE rendezvous', ...SCHEMA]);
      const bare = await connect(pairOf().primary.url);
      const client = wrap ? wrapMysql2(bare, handle) : bare;
      try {
        outcomes.push(withoutChance(await run(client)));
      } finally {
        await end(bare);
      }
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
    const positions = handle.branches.map(({ position }) => position);
    expect(positions).toHaveLength(branches);
    expect(positions).not.toContain(undefined);
  };

  test('the routines that cases call are there', async () => {
    await asRoot(ROUTINES);
    if (pairOf().product === 'MariaDB') {
      await asRoot(['USE rendezvous', 'CREATE OR REPLACE SEQUENCE numbers NOCACHE']);
    }
  });

  describe('callback API: a wrapped connection does what a bare one does, and opens its branches', () => {
    test.each(CALLBACK_CASES)('%s', (...testCase) =>
      compare(
        testCase,
        (uri) => {
          const connection = mysql.createConnection({ uri, ...OPTIONS });
          connection.on('error', () => undefined);
          return Promise.resolve(connection);
        },
        (connection) => {
          connection.destroy();
        },
      ),
    );

    test.each(CALLBACK_POOL_CASES)('%s', (...testCase) =>
      compare(
        testCase,
        (uri) => Promise.resolve(mysql.createPool({ uri, ...OPTIONS, connectionLimit: 2 })),
        (pool) => {
          pool.end();
        },
      ),
    );
  });

  describe('promise API: a wrapped connection does what a bare one does, and opens its branches', () => {
    const connect = (uri: string): Promise<promiseMysql.Connection> =>
      promiseMysql.createConnection({ uri, ...OPTIONS });
    const end = (connection: promiseMysql.Connection): void => {
      connection.destroy();
    };

    test.each(PROMISE_CASES)('%s', (...testCase) => compare(testCase, connect, end));

    test.each(MARIADB_CASES)('MariaDB: %s', async (...testCase) => {
      if (pairOf().product === 'MariaDB') await compare(testCase, connect, end);
    });

    test.each(POOL_CASES)('%s', (...testCase) =>
      compare(
        testCase,
        (uri) => Promise.resolve(promiseMysql.createPool({ uri, ...OPTIONS, connectionLimit: 2 })),
        (pool) => pool.end(),
      ),
    );
  });
}
