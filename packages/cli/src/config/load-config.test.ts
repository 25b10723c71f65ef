import { join, parse } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { createTemporaryFolder } from '../../test/temporary-folder.js';
import { loadConfig } from './load-config.js';

const regions = { eu: { node: 'ws://127.0.0.1:7410' } };
const typescript = `
import { defineConfig, env } from '@rendezvous/cli';
const home: string = 'eu';
export default defineConfig({
  regions: { [home]: { node: 'ws://127.0.0.1:7410' } },
  stores: { app: { kind: 'postgres', home, regions: { eu: env('RENDEZVOUS_LOAD_CONFIG_TEST_URL') } } },
});
`;

function setVariable(value: string): void {
  process.env.RENDEZVOUS_LOAD_CONFIG_TEST_URL = value;
  onTestFinished(() => {
    delete process.env.RENDEZVOUS_LOAD_CONFIG_TEST_URL;
  });
}

test('a .ts file may import defineConfig and env where the package is not installed', async () => {
  setVariable('postgres://primary/db');
  const folder = await createTemporaryFolder({ 'rendezvous.config.ts': typescript });
  const { config, path } = await loadConfig(undefined, folder);
  expect(path).toBe(join(folder, 'rendezvous.config.ts'));
  expect(config.stores.get('app')?.regions.get('eu')).toEqual(['postgres://primary/db']);
});

test('an environment variable that is not set is named', async () => {
  const folder = await createTemporaryFolder({ 'rendezvous.config.ts': typescript });
  await expect(loadConfig(undefined, folder)).rejects.toMatchObject({
    code: 'config_invalid',
    message: `[config_invalid] cannot load ${join(folder, 'rendezvous.config.ts')}: the environment variable RENDEZVOUS_LOAD_CONFIG_TEST_URL is not set`,
  });
});

test('.mjs and .json files need no package', async () => {
  const folder = await createTemporaryFolder({
    'a.mjs': `export default ${JSON.stringify({ regions, stores: {} })};`,
    'b.json': JSON.stringify({ regions, stores: {} }),
  });
  for (const file of ['a.mjs', 'b.json']) {
    const { config } = await loadConfig(file, folder);
    expect(config.regions.get('eu')).toEqual({ node: [regions.eu.node] });
  }
});

test('the nearest file counts, and .ts before .mjs before .json', async () => {
  const json = JSON.stringify({ regions, stores: {} });
  const folder = await createTemporaryFolder({
    'rendezvous.config.json': json,
    'shop/rendezvous.config.json': json,
    'shop/rendezvous.config.mjs': `export default ${json};`,
    'shop/orders/src/index.ts': '',
    'site/index.ts': '',
  });
  const nearest = async (below: string): Promise<string> =>
    (await loadConfig(undefined, join(folder, below))).path;
  expect(await nearest('shop/orders/src')).toBe(join(folder, 'shop/rendezvous.config.mjs'));
  expect(await nearest('site')).toBe(join(folder, 'rendezvous.config.json'));
});

test('a change is seen when the file is loaded again', async () => {
  const folder = await createTemporaryFolder({ 'rendezvous.config.ts': typescript });
  setVariable('postgres://first/db');
  await loadConfig(undefined, folder);
  setVariable('postgres://second/db');
  const { config } = await loadConfig(undefined, folder);
  expect(config.stores.get('app')?.regions.get('eu')).toEqual(['postgres://second/db']);
});

const wrong: readonly [file: string, text: string | undefined, message: RegExp][] = [
  ['a.json', undefined, /there is no file .*a\.json/],
  ['a.yaml', 'regions: {}', /a\.yaml: a configuration file ends in \.ts, \.mjs or \.json/],
  ['a.json', '{ regions', /cannot load .*a\.json: .*JSON/],
  ['a.ts', 'export default {', /cannot load .*a\.ts: /],
  ['a.mjs', 'throw new Error("on purpose")', /cannot load .*a\.mjs: on purpose/],
  ['a.ts', 'export const config = {};', /a\.ts: nothing is exported; write "export default/],
  ['a.json', '{"stores":{}}', /a\.json:\n {2}regions: is missing/],
];

test.each(wrong)('%s that holds %j is rejected: %s', async (file, text, message) => {
  const folder = await createTemporaryFolder(text === undefined ? {} : { [file]: text });
  const loading = loadConfig(file, folder);
  await expect(loading).rejects.toMatchObject({ code: 'config_invalid' });
  await expect(loading).rejects.toThrow(message);
});

test('without any file the error says which were looked for', async () => {
  const { root } = parse(process.cwd());
  await expect(loadConfig(undefined, root)).rejects.toThrow(
    /no configuration file: looked for rendezvous\.config\.ts, .* --config FILE/,
  );
});
