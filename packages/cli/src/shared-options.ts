/** Options that several commands have, so that they are the same everywhere. */
import { LOG_LEVELS } from './log-line.js';
import type { LogOptions } from './log-line.js';
import type { OptionsTable } from './option.js';

export interface ConfigOptions {
  readonly config: string | undefined;
}

export const CONFIG_OPTIONS: OptionsTable<ConfigOptions> = {
  config: {
    type: 'text',
    placeholder: 'FILE',
    description: 'Configuration file; without it the nearest, here or in a folder above',
    env: 'RENDEZVOUS_CONFIG',
  },
};

export interface TokenOptions {
  readonly token: string | undefined;
}

export const TOKEN_OPTIONS: OptionsTable<TokenOptions> = {
  token: {
    type: 'text',
    placeholder: 'TOKEN',
    description: 'Token to present to other nodes; better given in the environment',
    env: 'RENDEZVOUS_TOKEN',
  },
};

export interface TlsFileOptions {
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsCa: string | undefined;
}

/** For commands that connect to a node; `serve` says what they mean to a node. */
export const TLS_OPTIONS: OptionsTable<TlsFileOptions> = {
  tlsCert: {
    type: 'text',
    placeholder: 'FILE',
    description: 'PEM file with the certificate to present to a node that asks for one',
    env: 'RENDEZVOUS_TLS_CERT',
  },
  tlsKey: {
    type: 'text',
    placeholder: 'FILE',
    description: 'PEM file with its private key',
    env: 'RENDEZVOUS_TLS_KEY',
  },
  tlsCa: {
    type: 'text',
    placeholder: 'FILE',
    description: 'PEM file with the authorities to trust at wss://, instead of the public ones',
    env: 'RENDEZVOUS_TLS_CA',
  },
};

export const LOG_OPTIONS: OptionsTable<LogOptions> = {
  json: {
    type: 'flag',
    description: 'Write the ready line (stdout) and the log (stderr) as JSON, one object a line',
  },
  logLevel: {
    type: 'choice',
    choices: LOG_LEVELS,
    default: 'info',
    description: 'Least severe events that are logged',
    env: 'RENDEZVOUS_LOG_LEVEL',
  },
};

/** What a measurement puts a store under; the same for the demo and the benchmarks. */
export interface MeasurementOptions {
  readonly lag: number;
  readonly concurrency: number;
}

export const LAG_MS_MAX = 60_000;
export const LAG_MS_DEFAULT = 200;

export const MEASUREMENT_OPTIONS: OptionsTable<MeasurementOptions> = {
  lag: {
    type: 'integer',
    placeholder: 'MS',
    min: 0,
    max: LAG_MS_MAX,
    default: LAG_MS_DEFAULT,
    description: 'Lag that is injected into the replication',
  },
  concurrency: {
    type: 'integer',
    placeholder: 'N',
    min: 1,
    max: 500,
    default: 50,
    description: 'Posts under way at a time',
  },
};
