import { afterAll, beforeAll, describe } from 'vitest';
import { testMysqlPair } from '../../test/mysql-pair-tests.js';
import { startMysqlPair } from './mysql-pair.js';
import { findMysqlProgram } from './mysql-program.js';
import type { MysqlPair } from './start-mysql-pair.js';

// Not run where MySQL cannot be had; the report says so.
describe.runIf((await findMysqlProgram()) !== undefined)('a pair of MySQL', () => {
  let pair: MysqlPair;

  beforeAll(async () => {
    pair = await startMysqlPair();
  });

  afterAll(() => pair.shutdown());

  testMysqlPair(() => pair);
});
