// A process that owns a pair and does nothing else: prints the pair as one JSON line, then waits.
//   pair-owner.ts postgres|redis
import { startPostgresPair } from '../src/postgres/postgres-pair.js';
import { startRedisPair } from '../src/redis/redis-pair.js';

const pair = await (process.argv[2] === 'redis' ? startRedisPair() : startPostgresPair());
const { primary, replica, directory } = pair;
console.log(JSON.stringify({ ports: [primary.port, replica.port], directory }));
process.stdin.resume();
