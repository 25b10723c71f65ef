/**
 * How much longer a cold start takes because of the client: fresh processes of Node.js import a handler
 * that is empty, and one that creates a client, by turns. Both are bundled and minified, as they would be
 * deployed; `ws`, which only some runtimes need, is loaded at the first operation and not part of it.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Progress } from '../demo/progress.js';

export interface ImportOptions {
  /** Processes per handler. */
  readonly runs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What was measured of one handler. */
export interface HandlerImports {
  readonly bundleBytes: number;
  /** From before the import until it resolved, in the process that imports; in the order of the runs. */
  readonly importMs: readonly number[];
}

export interface ImportRun {
  readonly empty: HandlerImports;
  readonly client: HandlerImports;
}

const HANDLERS = {
  empty: 'export const handler = async () => {};',
  client: `
    import { createRendezvous } from '@rendezvous/client';
    const rv = createRendezvous({ region: 'eu', nodes: 'ws://127.0.0.1:7410' });
    export const handler = (event) => rv.run(event.bookmark, async () => {});
  `,
};

/** What a fresh process runs; the module to import is its argument. */
const PROBE = `
  const startedAtMs = performance.now();
  await import(process.argv[1]);
  process.stdout.write(String(performance.now() - startedAtMs));
`;

const execute = promisify(execFile);

/** Resolves once every process has ended and the bundles are gone. */
export async function runImport(options: ImportOptions): Promise<ImportRun> {
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-import-'));
  try {
    const empty = await bundleHandler('empty', directory);
    const client = await bundleHandler('client', directory);
    const imports = await importByTurns(empty.file, client.file, options);
    return {
      empty: { bundleBytes: empty.bytes, importMs: imports.empty },
      client: { bundleBytes: client.bytes, importMs: imports.client },
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function bundleHandler(
  name: keyof typeof HANDLERS,
  directory: string,
): Promise<{ readonly file: string; readonly bytes: number }> {
  const { build } = await import('esbuild');
  const file = join(directory, `${name}.mjs`);
  const isSource = import.meta.url.endsWith('.ts');
  await build({
    stdin: { contents: HANDLERS[name], resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    outfile: file,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: isSource ? ['rendezvous-source'] : [],
    external: ['ws'],
    logLevel: 'error',
  });
  return { file, bytes: (await stat(file)).size };
}

async function importByTurns(
  emptyFile: string,
  clientFile: string,
  { runs, progress, signal }: ImportOptions,
): Promise<{ readonly empty: readonly number[]; readonly client: readonly number[] }> {
  const empty: number[] = [];
  const client: number[] = [];
  // The first of each fills the caches of the file system, which a figure should not depend on.
  await importOnce(emptyFile, signal);
  await importOnce(clientFile, signal);
  progress.step('Importing handlers');
  for (let done = 0; done < runs; done++) {
    progress.advance(done, runs);
    empty.push(await importOnce(emptyFile, signal));
    client.push(await importOnce(clientFile, signal));
  }
  return { empty, client };
}

/** The time in ms that one fresh process takes. */
async function importOnce(file: string, signal: AbortSignal): Promise<number> {
  const args = ['--input-type=module', '--eval', PROBE, pathToFileURL(file).href];
  // Without what this process was started with: a loader would be measured, too.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout } = await execute(process.execPath, args, { env, signal });
  return Number(stdout);
}
