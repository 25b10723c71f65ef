/** Finds and reads the configuration file of nodes and of the command. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';
import { createJiti } from 'jiti';
import { defineConfig, env } from './define-config.js';
import type { Config } from './config.js';
import { parseConfig } from './parse-config.js';

/** In one folder the first that exists counts. */
export const CONFIG_FILE_NAMES: readonly string[] = [
  'rendezvous.config.ts',
  'rendezvous.config.mjs',
  'rendezvous.config.json',
];

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute path of the file. */
  readonly path: string;
}

/**
 * Loads `file` (relative to `cwd`), or without one the nearest configuration file in `cwd` or a
 * folder above it. Throws `config_invalid` when there is none, when it cannot be read, and when
 * what it says is wrong.
 */
export async function loadConfig(file: string | undefined, cwd: string): Promise<LoadedConfig> {
  const path = file === undefined ? findConfig(cwd) : resolve(cwd, file);
  return { config: parseConfig(await readConfig(path), path), path };
}

function findConfig(cwd: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = CONFIG_FILE_NAMES.map((name) => join(folder, name)).find((path) =>
      existsSync(path),
    );
    if (found !== undefined) return found;
    if (folder === dirname(folder)) break;
  }
  throw new RendezvousError(
    'config_invalid',
    `no configuration file: looked for ${CONFIG_FILE_NAMES.join(', ')} in ${cwd} and above; write one, or name it with --config FILE`,
  );
}

async function readConfig(path: string): Promise<unknown> {
  if (!existsSync(path)) throw new RendezvousError('config_invalid', `there is no file ${path}`);
  switch (extname(path)) {
    case '.json':
      return readJson(path);
    case '.ts':
    case '.mjs':
      return readModule(path);
    default:
      throw new RendezvousError(
        'config_invalid',
        `${path}: a configuration file ends in .ts, .mjs or .json`,
      );
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw cannotLoad(path, error);
  }
}

async function readModule(path: string): Promise<unknown> {
  // The file gets this very copy of what it imports from us, also where the package is not
  // installed beside it (`npx @rendezvous/cli`) or is not built (this workspace).
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { '@rendezvous/cli': { defineConfig, env } },
  });
  try {
    const module = await jiti.import<{ readonly default?: unknown }>(path);
    if (module.default !== undefined) return module.default;
  } catch (error) {
    throw cannotLoad(path, error);
  }
  throw new RendezvousError(
    'config_invalid',
    `${path}: nothing is exported; write "export default defineConfig({ … })"`,
  );
}

function cannotLoad(path: string, error: unknown): RendezvousError {
  const reason = error instanceof Error ? error.message : String(error);
  return new RendezvousError(
    'config_invalid',
    `cannot load ${path}: ${reason.replace(/^\[config_invalid\] /, '')}`,
    { cause: error },
  );
}
