import { expect, test } from 'vitest';
import type { OptionsTable } from './option.js';
import { parseOptions } from './parse-options.js';
import type { ParsedOptions } from './parse-options.js';

interface Example {
  readonly config: string | undefined;
  readonly logLevel: 'info' | 'warn';
  readonly port: number;
  readonly region: readonly string[];
  readonly json: boolean;
}

const table: OptionsTable<Example> = {
  config: { type: 'text', placeholder: 'FILE', description: 'A file', env: 'X_CONFIG' },
  logLevel: {
    type: 'choice',
    choices: ['info', 'warn'],
    default: 'info',
    description: 'A level',
    env: 'X_LEVEL',
  },
  port: {
    type: 'integer',
    placeholder: 'PORT',
    min: 0,
    max: 65_535,
    default: 7410,
    description: 'A port',
    env: 'X_PORT',
  },
  region: { type: 'list', placeholder: 'REGION', description: 'Regions', env: 'X_REGION' },
  json: { type: 'flag', description: 'A switch', env: 'X_JSON' },
};

const defaults: Example = {
  config: undefined,
  logLevel: 'info',
  port: 7410,
  region: [],
  json: false,
};

function parse(line: string, env: Record<string, string> = {}): ParsedOptions<Example> {
  return parseOptions<Example>(table, line.split(' ').filter(Boolean), env);
}

const right: readonly [line: string, env: Record<string, string>, values: Partial<Example>][] = [
  ['', {}, {}],
  ['--config a.ts', {}, { config: 'a.ts' }],
  ['--config=a.ts --json', {}, { config: 'a.ts', json: true }],
  ['--config=-', {}, { config: '-' }],
  ['--log-level warn', {}, { logLevel: 'warn' }],
  ['--port 0', {}, { port: 0 }],
  ['--region eu --region us', {}, { region: ['eu', 'us'] }],
  ['', { X_REGION: 'eu, us' }, { region: ['eu', 'us'] }],
  ['--region ap', { X_REGION: 'eu,us' }, { region: ['ap'] }],
  ['', { X_PORT: '1', X_JSON: '1', X_LEVEL: 'warn' }, { port: 1, json: true, logLevel: 'warn' }],
  ['--port 2', { X_PORT: '1' }, { port: 2 }],
  ['', { X_PORT: '', X_CONFIG: '', X_REGION: '', X_JSON: '' }, {}],
  ['', { X_JSON: 'false' }, {}],
  ['--port 2', { X_PORT: 'nonsense' }, { port: 2 }],
];

test.each(right)('"%s" with %j gives %j', (line, env, values) => {
  expect(parse(line, env)).toEqual({ kind: 'values', values: { ...defaults, ...values } });
});

const wrong: readonly [line: string, env: Record<string, string>, message: string][] = [
  ['--prot 1', {}, 'unknown option --prot. Did you mean "--port"?'],
  ['--nothing-like-it', {}, 'unknown option --nothing-like-it.'],
  ['-p 1', {}, 'unknown option -p.'],
  ['--no-json', {}, 'unknown option --no-json.'],
  ['eu', {}, 'unexpected argument "eu": every argument is an option'],
  ['-- eu', {}, 'unexpected argument "eu": every argument is an option'],
  ['--config', {}, '--config needs a value: --config FILE'],
  ['--config --json', {}, '--config needs a value: --config FILE'],
  ['--config=', {}, '--config is empty; it takes FILE'],
  ['--region eu --region=', {}, '--region is empty; it takes REGION'],
  ['--log-level', {}, '--log-level needs a value: --log-level info|warn'],
  ['--log-level debug', {}, '--log-level must be info or warn, not "debug"'],
  ['--json=yes', {}, '--json takes no value'],
  ['--port 1 --port 2', {}, '--port is given twice'],
  ['--port 65536', {}, '--port must be a whole number from 0 to 65535, not "65536"'],
  ['--port=-1', {}, '--port must be a whole number from 0 to 65535, not "-1"'],
  ['--port 1.5', {}, '--port must be a whole number from 0 to 65535, not "1.5"'],
  ['--port 0x10', {}, '--port must be a whole number from 0 to 65535, not "0x10"'],
  ['', { X_PORT: 'many' }, 'X_PORT must be a whole number from 0 to 65535, not "many"'],
  ['', { X_LEVEL: 'loud' }, 'X_LEVEL must be info or warn, not "loud"'],
  ['', { X_JSON: 'yes' }, 'X_JSON must be true or false, not "yes"'],
  ['', { X_REGION: 'eu,,us' }, 'X_REGION is empty; it takes REGION'],
];

test.each(wrong)('"%s" with %j is wrong: %s', (line, env, message) => {
  expect(parse(line, env)).toEqual({ kind: 'wrong', message });
});

test('a required option that is absent is wrong, and the message says how to give it', () => {
  const required: OptionsTable<{ readonly store: string }> = {
    store: {
      type: 'text',
      placeholder: 'STORE',
      required: true,
      description: 'A store',
      env: 'X_STORE',
    },
  };
  expect(parseOptions(required, [], {})).toEqual({
    kind: 'wrong',
    message: '--store STORE is required (or X_STORE in the environment)',
  });
  expect(parseOptions(required, [], { X_STORE: 'app' })).toEqual({
    kind: 'values',
    values: { store: 'app' },
  });
});

test('--help and -h ask for help, whatever else is there and is not wrong before them', () => {
  expect(parse('--help')).toEqual({ kind: 'help' });
  expect(parse('--port many -h --wrong')).toEqual({ kind: 'help' });
});

test('an option named like a property of every object is unknown', () => {
  expect(parse('--constructor x')).toMatchObject({ kind: 'wrong' });
  expect(parse('--__proto__ x')).toMatchObject({ kind: 'wrong' });
});
