import type { MysqlPair } from '@rendezvous/testkit';
import { findMysqlProgram, startMysqlPair } from '@rendezvous/testkit';
import { afterAll, beforeAll, describe } from 'vitest';
import { testMysqlDriver } from '../../test/mysql-comparison.js';

// Not run where MySQL cannot be had; the report says so.
describe.runIf((await findMysqlProgram()) !== undefined)('MySQL', () => {
  let pair: MysqlPair;

  beforeAll(async () => {
    pair = await startMysqlPair();
  });

  afterAll(() => pair.shutdown());

  testMysqlDriver(() => pair);
});
