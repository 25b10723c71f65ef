import { readFile } from 'node:fs/promises';
import { RendezvousError } from '@rendezvous/protocol';
import { parseTokens } from '@rendezvous/server';
import type { TokenGrant } from '@rendezvous/server';

/** The tokens that a node accepts, from a JSON file. Throws `config_invalid`. */
export async function readTokens(path: string): Promise<readonly TokenGrant[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RendezvousError('config_invalid', `cannot read the tokens: ${reason}`, {
      cause: error,
    });
  }
  return parseTokens(text);
}
