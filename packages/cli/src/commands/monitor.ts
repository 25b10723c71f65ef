import { createMonitor } from '@rendezvous/server';
import type { Command, Io } from '../command.js';
import { loadConfig } from '../config/load-config.js';
import { readTls } from '../config/read-tls.js';
import { createStrategies } from '../config/strategies.js';
import { toMonitorOptions } from '../config/to-monitor-options.js';
import { createLog } from '../log-line.js';
import type { LogOptions } from '../log-line.js';
import { CONFIG_OPTIONS, LOG_OPTIONS, TLS_OPTIONS, TOKEN_OPTIONS } from '../shared-options.js';
import type { ConfigOptions, TlsFileOptions, TokenOptions } from '../shared-options.js';
import { untilAborted } from '../until-aborted.js';

export interface MonitorCommandOptions
  extends ConfigOptions, TokenOptions, TlsFileOptions, LogOptions {
  readonly store: string;
  readonly region: string;
  readonly replica: string | undefined;
  readonly node: string | undefined;
}

export const command: Command<MonitorCommandOptions> = {
  name: 'monitor',
  description: 'Run a monitor alone, for nodes that serve with --monitors none',
  usage: 'monitor --store STORE --region REGION [options]',
  examples: [
    {
      line: 'rendezvous monitor --store app --region us',
      explanation: 'Watch every replica of app in us, and close branches at every node of us',
    },
    {
      line: 'rendezvous monitor --store app --region us --replica us-2',
      explanation: 'Watch the second replica only',
    },
  ],
  options: {
    ...CONFIG_OPTIONS,
    store: {
      type: 'text',
      placeholder: 'STORE',
      required: true,
      description: 'Store to watch',
    },
    region: {
      type: 'text',
      placeholder: 'REGION',
      required: true,
      description: 'Region whose replicas are watched',
      env: 'RENDEZVOUS_REGION',
    },
    replica: {
      type: 'text',
      placeholder: 'REPLICA',
      description:
        'One replica: the region, a dash, its number in the configuration; without it all',
    },
    node: {
      type: 'text',
      placeholder: 'URL',
      description: 'The only node to report to; without it every node of the region',
    },
    ...TOKEN_OPTIONS,
    ...TLS_OPTIONS,
    ...LOG_OPTIONS,
  },
};

/** Runs until `io.signal` aborts; reconnects to the nodes and the replicas as often as it takes. */
export async function run(options: MonitorCommandOptions, io: Io): Promise<number> {
  const { config } = await loadConfig(options.config, io.cwd);
  const tls = await readTls(options, io.cwd);
  const flags = { ...options, tls, log: createLog(io.stderr, options) };
  const allOptions = toMonitorOptions(config, flags, createStrategies());
  const monitors = allOptions.map((monitorOptions) => createMonitor(monitorOptions));
  const { store, region } = options;
  const nodes = allOptions.map(({ endpoint }) => endpoint);
  const replicas = allOptions[0]?.replicas.map(({ name }) => name) ?? [];
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ event: 'started', store, region, replicas, nodes })}\n`
      : `rendezvous monitor watches ${store} at ${replicas.join(', ')} for ${nodes.join(', ')}\n`,
  );
  await untilAborted(io.signal);
  await Promise.all(monitors.map((monitor) => monitor.shutdown()));
  return 0;
}
