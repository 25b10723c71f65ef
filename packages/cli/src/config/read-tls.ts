import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';
import type { ClientTlsOptions, TlsOptions } from '@rendezvous/server';
import type { TlsFileOptions } from '../shared-options.js';

/**
 * The texts of the files that `--tls-cert`, `--tls-key` and `--tls-ca` name; undefined when none is
 * named. Throws `config_invalid` for a file that cannot be read; what is in them is judged by whoever
 * uses it.
 */
export async function readTls(
  { tlsCert, tlsKey, tlsCa }: TlsFileOptions,
  cwd: string,
): Promise<ClientTlsOptions | undefined> {
  if (tlsCert === undefined && tlsKey === undefined && tlsCa === undefined) return undefined;
  return {
    cert: await readPem('--tls-cert', tlsCert, cwd),
    key: await readPem('--tls-key', tlsKey, cwd),
    ca: await readPem('--tls-ca', tlsCa, cwd),
  };
}

/** As `readTls`, for a node: it needs a certificate and its key. */
export async function readNodeTls(
  files: TlsFileOptions,
  cwd: string,
): Promise<TlsOptions | undefined> {
  const tls = await readTls(files, cwd);
  if (tls === undefined) return undefined;
  const { cert, key, ca } = tls;
  if (cert !== undefined && key !== undefined) return { cert, key, ca };
  throw new RendezvousError(
    'config_invalid',
    'a node that speaks TLS needs both --tls-cert and --tls-key',
  );
}

async function readPem(
  flag: string,
  path: string | undefined,
  cwd: string,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RendezvousError('config_invalid', `cannot read ${flag}: ${reason}`, { cause: error });
  }
}
