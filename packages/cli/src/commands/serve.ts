import { join, resolve } from 'node:path';
import { createEmbeddedJournal, createMemoryJournal, createServer } from '@rendezvous/server';
import type { Journal, ServerOptions } from '@rendezvous/server';
import type { Command, Io } from '../command.js';
import { loadConfig } from '../config/load-config.js';
import { readTokens } from '../config/read-tokens.js';
import { createStrategies } from '../config/strategies.js';
import { toServerOptions } from '../config/to-server-options.js';
import { createLog } from '../log-line.js';
import type { LogOptions } from '../log-line.js';
import { CONFIG_OPTIONS, LOG_OPTIONS, TOKEN_OPTIONS } from '../shared-options.js';
import type { ConfigOptions, TokenOptions } from '../shared-options.js';
import { untilAborted } from '../until-aborted.js';

export interface ServeOptions extends ConfigOptions, TokenOptions, LogOptions {
  readonly region: readonly string[];
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly tokens: string | undefined;
  readonly monitors: 'inside' | 'none';
  readonly journal: 'embedded' | 'memory';
  readonly data: string | undefined;
}

export const command: Command<ServeOptions> = {
  name: 'serve',
  description: 'Run a metadata node',
  usage: 'serve [options]',
  examples: [
    { line: 'rendezvous serve', explanation: 'The only node of the nearest rendezvous.config.ts' },
    {
      line: 'rendezvous serve --region eu --region us',
      explanation: 'One node for two regions and those that they serve',
    },
    {
      line: 'rendezvous serve --region eu --host 0.0.0.0 --tokens tokens.json',
      explanation: 'Reachable from other machines, which needs tokens',
    },
  ],
  options: {
    ...CONFIG_OPTIONS,
    region: {
      type: 'list',
      placeholder: 'REGION',
      description: 'Region whose node this is; may be omitted when there is one node only',
      env: 'RENDEZVOUS_REGION',
    },
    host: {
      type: 'text',
      placeholder: 'ADDRESS',
      description: 'Address to listen on; beyond loopback only with tokens; without it 127.0.0.1',
      env: 'RENDEZVOUS_HOST',
    },
    port: {
      type: 'integer',
      placeholder: 'PORT',
      min: 0,
      max: 65_535,
      description: "Port to listen on, 0 for any; without it that of the node's ws:// URL, or 7410",
      env: 'RENDEZVOUS_PORT',
    },
    tokens: {
      type: 'text',
      placeholder: 'FILE',
      description: 'JSON file with the tokens that are accepted',
      env: 'RENDEZVOUS_TOKENS',
    },
    ...TOKEN_OPTIONS,
    monitors: {
      type: 'choice',
      choices: ['inside', 'none'],
      default: 'inside',
      description: 'Monitor the replicas of its regions inside the node, or leave it to "monitor"',
    },
    journal: {
      type: 'choice',
      choices: ['embedded', 'memory'],
      default: 'embedded',
      description:
        'Where opens are kept: on disk, or in memory, which forgets them when the node ends',
    },
    data: {
      type: 'text',
      placeholder: 'DIR',
      description: 'Directory of the embedded journal; without it rendezvous-data/REGION',
      env: 'RENDEZVOUS_DATA',
    },
    ...LOG_OPTIONS,
  },
};

/** Runs until `io.signal` aborts. The ready line goes to stdout once the node can be reached. */
export async function run(options: ServeOptions, io: Io): Promise<number> {
  const serverOptions = await readServerOptions(options, io);
  const journal = await openJournal(options, serverOptions, io);
  const server = await createServer({ ...serverOptions, journal }).catch(async (error: unknown) => {
    await journal.shutdown();
    throw error;
  });
  try {
    const { nodeId, url, port } = server;
    const { regions } = serverOptions;
    io.stdout.write(
      options.json
        ? `${JSON.stringify({ event: 'ready', nodeId, regions, url, port })}\n`
        : `rendezvous node ${nodeId} serves ${regions.join(', ')} on ${url}\n`,
    );
    await untilAborted(io.signal);
  } finally {
    await server.shutdown();
  }
  return 0;
}

async function readServerOptions(options: ServeOptions, io: Io): Promise<ServerOptions> {
  const { config } = await loadConfig(options.config, io.cwd);
  const flags = {
    regions: options.region,
    host: options.host,
    port: options.port,
    tokens:
      options.tokens === undefined ? undefined : await readTokens(resolve(io.cwd, options.tokens)),
    peerToken: options.token,
    monitors: options.monitors,
    log: createLog(io.stderr, options),
  };
  return toServerOptions(config, flags, createStrategies());
}

async function openJournal(
  { journal, data }: ServeOptions,
  { regions, log }: ServerOptions,
  { cwd }: Io,
): Promise<Journal> {
  if (journal === 'memory') return createMemoryJournal();
  const directory = resolve(cwd, data ?? join('rendezvous-data', regions[0] ?? ''));
  return createEmbeddedJournal({ directory, ...(log && { log }) });
}
