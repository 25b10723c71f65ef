import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testMysqlPair } from '../../test/mysql-pair-tests.js';
import type { MysqlPair } from '../mysql/start-mysql-pair.js';
import { startMariadbPair } from './mariadb-pair.js';

let pair: MysqlPair;

beforeAll(async () => {
  pair = await startMariadbPair();
});

afterAll(() => pair.shutdown());

testMysqlPair(() => pair);

test('several pairs with several replicas start at once, and leave nothing', async () => {
  const pairs = await Promise.all([
    startMariadbPair({ replicaCount: 2 }),
    startMariadbPair({ replicaCount: 1 }),
  ]);
  const ports = pairs.flatMap((each) => [
    each.primary.port,
    ...each.replicas.map(({ server }) => server.port),
  ]);
  expect(new Set(ports).size).toBe(5);
  await Promise.all(pairs.map((each) => each.shutdown()));
  for (const { directory } of pairs) expect(existsSync(directory)).toBe(false);
});
