// A process that owns a pair and does nothing else: prints the pair as one JSON line, then waits.
import { startPostgresPair } from '../src/postgres/postgres-pair.js';

const pair = await startPostgresPair();
const { primary, replica, directory } = pair;
console.log(JSON.stringify({ ports: [primary.port, replica.port], directory }));
process.stdin.resume();
