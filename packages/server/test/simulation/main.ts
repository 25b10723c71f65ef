/** The program behind `npm run sim`, and what each of its worker threads runs. */
import { isMainThread, parentPort } from 'node:worker_threads';
import { type ChunkRequest, runChunk } from './seed-chunk.js';
import { runSimCommand } from './sim-command.js';

if (isMainThread) {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.exitCode = await runSimCommand(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    signal: stop.signal,
    program: new URL(import.meta.url),
  });
} else {
  parentPort?.on('message', (request: ChunkRequest) => {
    parentPort?.postMessage(runChunk(request));
  });
}
