// A process that owns a pair and does nothing else: prints the pair as one JSON line, then waits.
//   pair-owner.ts mariadb|postgres|redis
import { startMariadbPair } from '../src/mariadb/mariadb-pair.js';
import { startPostgresPair } from '../src/postgres/postgres-pair.js';
import { startRedisPair } from '../src/redis/redis-pair.js';

const launchers = { mariadb: startMariadbPair, postgres: startPostgresPair, redis: startRedisPair };
const store = process.argv[2] as keyof typeof launchers;
const pair = await launchers[store]();
const { primary, replica, directory } = pair;
console.log(JSON.stringify({ ports: [primary.port, replica.port], directory }));
process.stdin.resume();
