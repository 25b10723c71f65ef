import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';

/** The last version of `aws-lambda-ric` for Node.js 20; as bin/build-lambda-runtime.mjs has it. */
const VERSION = '3.3.0';

/**
 * The program with which Lambda runs handlers in Node.js: AWS's own runtime interface client, as
 * bin/build-lambda-runtime.mjs built it for this user. Throws `config_invalid`, and how to build it,
 * when it is not there.
 */
export function findRuntimeClient(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const [major = ''] = process.versions.node.split('.');
  const name = `aws-lambda-ric-${VERSION}-${process.platform}-${process.arch}-node${major}`;
  const directory = join(cache, 'rendezvous', name);
  if (existsSync(join(directory, 'dist/rapid-client.node')))
    return join(directory, 'bin/index.mjs');
  throw new RendezvousError(
    'config_invalid',
    `AWS Lambda's runtime client is not built: ${directory} is missing; run: npm run setup (elsewhere: npx rendezvous-lambda-runtime)`,
  );
}
