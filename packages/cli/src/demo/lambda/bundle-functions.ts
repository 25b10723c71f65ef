import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RendezvousError } from '@rendezvous/protocol';

const example = fileURLToPath(
  new URL('../../../../../examples/post-notification/', import.meta.url),
);

/** With Rendezvous, or without. */
export type Variant = 'src' | 'baseline';

/**
 * Bundles the example's handlers into `directory`, as `sam build` does, as writer.js and reader.js; beside
 * them tap.js, which measures. Rejects with `config_invalid` outside of a checkout of the repository.
 */
export async function bundleFunctions(variant: Variant, directory: string): Promise<void> {
  if (!existsSync(example)) {
    throw new RendezvousError(
      'config_invalid',
      '--runtime lambda runs examples/post-notification, which is in the repository only',
    );
  }
  const { build } = await import('esbuild');
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  await build({
    entryPoints: {
      writer: `${example}${variant}/writer.ts`,
      reader: `${example}${variant}/reader.ts`,
      tap: fileURLToPath(new URL(`wait-tap-process.${extension}`, import.meta.url)),
    },
    outdir: directory,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    conditions: ['rendezvous-source'],
    // Optional parts of pg and ws.
    external: ['pg-native', 'bufferutil', 'utf-8-validate'],
    logLevel: 'error',
  });
}
