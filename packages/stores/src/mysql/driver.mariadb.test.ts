import type { MysqlPair } from '@rendezvous/testkit';
import { startMariadbPair } from '@rendezvous/testkit';
import { afterAll, beforeAll } from 'vitest';
import { testMysqlDriver } from '../../test/mysql-comparison.js';

let pair: MysqlPair;

beforeAll(async () => {
  pair = await startMariadbPair();
});

afterAll(() => pair.shutdown());

testMysqlDriver(() => pair);
