import { join, resolve } from 'node:path';
import { createEmbeddedJournal, createMemoryJournal, createServer } from '@rendezvous/server';
import type { Journal, MetricsAccess, ServerOptions } from '@rendezvous/server';
import type { Command, Io } from '../command.js';
import { loadConfig } from '../config/load-config.js';
import { readNodeTls } from '../config/read-tls.js';
import type { Config } from '../config/config.js';
import { readTokens } from '../config/read-tokens.js';
import { selectNodes } from '../config/select-nodes.js';
import { createStrategies } from '../config/strategies.js';
import { toServerOptions } from '../config/to-server-options.js';
import { createLog } from '../log-line.js';
import type { LogOptions } from '../log-line.js';
import { renewOnHangUp } from '../renew-on-hang-up.js';
import { CONFIG_OPTIONS, LOG_OPTIONS, TLS_OPTIONS, TOKEN_OPTIONS } from '../shared-options.js';
import type { ConfigOptions, TlsFileOptions, TokenOptions } from '../shared-options.js';
import { untilAborted } from '../until-aborted.js';

export interface ServeOptions extends ConfigOptions, TokenOptions, TlsFileOptions, LogOptions {
  readonly region: readonly string[];
  readonly node: readonly string[];
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly tokens: string | undefined;
  readonly metrics: MetricsAccess;
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
      line: 'rendezvous serve --node wss://rv-b.us',
      explanation: 'One of several nodes of a region',
    },
    {
      line: 'rendezvous serve --region eu --host 0.0.0.0 --tokens tokens.json',
      explanation: 'Reachable from other machines, which needs tokens',
    },
    {
      line: 'rendezvous serve --region eu --tls-cert eu.pem --tls-key eu-key.pem --tls-ca ca.pem',
      explanation: 'With mutual TLS; SIGHUP reads the files again',
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
    node: {
      type: 'list',
      placeholder: 'URL',
      description: 'Which node this is, where a region has several: its URL in the configuration',
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
    tlsCert: {
      ...TLS_OPTIONS.tlsCert,
      description: 'PEM file with the certificate and its chain: the port then speaks TLS only',
    },
    tlsKey: TLS_OPTIONS.tlsKey,
    tlsCa: {
      ...TLS_OPTIONS.tlsCa,
      description:
        'PEM file with authorities: clients must then present a certificate of one, and peers are trusted by them',
    },
    metrics: {
      type: 'choice',
      choices: ['admin', 'open'],
      default: 'admin',
      description: 'Who may read /metrics where there are tokens: role admin only, or anybody',
      env: 'RENDEZVOUS_METRICS',
    },
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
      description: 'Directory of the embedded journal; without it rendezvous-data/ and the region',
      env: 'RENDEZVOUS_DATA',
    },
    ...LOG_OPTIONS,
  },
};

/** Runs until `io.signal` aborts. The ready line goes to stdout once the node can be reached. */
export async function run(options: ServeOptions, io: Io): Promise<number> {
  const { config } = await loadConfig(options.config, io.cwd);
  const serverOptions = await readServerOptions(config, options, io);
  const journal = await openJournal(config, options, io);
  const server = await createServer({ ...serverOptions, journal }).catch(async (error: unknown) => {
    await journal.shutdown();
    throw error;
  });
  if (serverOptions.tls) renewOnHangUp(server, options, io);
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

async function readServerOptions(
  config: Config,
  options: ServeOptions,
  io: Io,
): Promise<ServerOptions> {
  const flags = {
    regions: options.region,
    nodes: options.node,
    host: options.host,
    port: options.port,
    tokens:
      options.tokens === undefined ? undefined : await readTokens(resolve(io.cwd, options.tokens)),
    peerToken: options.token,
    tls: await readNodeTls(options, io.cwd),
    metrics: options.metrics,
    monitors: options.monitors,
    log: createLog(io.stderr, options),
  };
  return toServerOptions(config, flags, createStrategies());
}

/** Several nodes of a region have a directory each, named as their peers call them. */
async function openJournal(config: Config, options: ServeOptions, io: Io): Promise<Journal> {
  if (options.journal === 'memory') return createMemoryJournal();
  const { own } = selectNodes(config, { regions: options.region, nodes: options.node });
  const directory = options.data ?? join('rendezvous-data', own[0]?.name ?? '');
  return createEmbeddedJournal({
    directory: resolve(io.cwd, directory),
    log: createLog(io.stderr, options),
  });
}
