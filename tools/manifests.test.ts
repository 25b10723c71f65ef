/** What every package.json of the workspace has in common (STYLE: layout). */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  listPackages,
  listTargets,
  readJson,
  rootDirectory,
  SOURCE_CONDITION,
} from './workspace.mjs';

const keyOrder = [
  ...['name', 'version', 'private', 'description', 'license', 'repository', 'type', 'sideEffects'],
  ...['exports', 'bin', 'files', 'engines', 'scripts', 'dependencies', 'peerDependencies'],
  ...['peerDependenciesMeta', 'optionalDependencies', 'devDependencies'],
];

interface RootManifest {
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
}

const root: RootManifest = readJson(`${rootDirectory}/package.json`);
const packages = listPackages().map(({ directory, folder }) => {
  const manifest: Record<string, unknown> = readJson(`${directory}/package.json`);
  return { folder, directory, manifest };
});

test.each(packages)('$folder/package.json has its keys in the order of all', ({ manifest }) => {
  const keys = Object.keys(manifest);
  expect(keys.filter((key) => !keyOrder.includes(key))).toEqual([]);
  expect(keys).toEqual(keyOrder.filter((key) => keys.includes(key)));
});

test.each(packages)(
  '$folder has the version, licence and engines of all',
  ({ folder, manifest }) => {
    expect(manifest).toMatchObject({
      name: `@rendezvous/${folder.replace('packages/', '')}`,
      version: root.version,
      license: root.license,
      engines: root.engines,
      repository: { directory: folder },
      type: 'module',
      sideEffects: false,
    });
  },
);

test.each(packages)(
  '$folder depends on the other packages at their one version',
  ({ manifest }) => {
    const dependencies = Object.entries((manifest['dependencies'] ?? {}) as Record<string, string>);
    const others = dependencies.filter(([name]) => name.startsWith('@rendezvous/'));
    expect(others.filter(([, version]) => version !== root.version)).toEqual([]);
  },
);

test.each(listPackages())(
  '$folder exports each subpath from a source file, and its build from the same place in dist/',
  ({ directory, manifest }) => {
    for (const target of Object.values(manifest.exports ?? {})) {
      const [source = ''] = listTargets(target, (condition) => condition === SOURCE_CONDITION);
      const outputs = listTargets(target, (condition) => condition !== SOURCE_CONDITION);
      expect(source).toMatch(/^\.\/src\/.*\.ts$/);
      expect(existsSync(`${directory}/${source}`)).toBe(true);
      const stem = source.replace('./src/', './dist/').replace(/\.ts$/, '');
      expect(new Set(outputs.map((output) => output.replace(/(\.d)?\.c?[tj]s$/, '')))).toEqual(
        new Set([stem]),
      );
    }
  },
);

test('no package needs an install script, which npm may skip', () => {
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare'];
  const offenders = packages.filter(({ manifest }) =>
    Object.keys(manifest['scripts'] ?? {}).some((script) => hooks.includes(script)),
  );
  expect(offenders).toEqual([]);
});

interface Lock {
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const lock: Lock = readJson(`${rootDirectory}/package-lock.json`);

// `npm ci` would say so too, but for a missing `bin`: then a first install links no command.
test.each(packages)(
  'the lock file is in step with $folder/package.json',
  ({ folder, manifest }) => {
    const locked = lock.packages[folder] ?? {};
    for (const key of ['version', 'bin', 'dependencies', 'peerDependencies', 'devDependencies']) {
      expect(locked[key], key).toEqual(manifest[key]);
    }
  },
);

test('the lock file names no registry', () => {
  const resolved = Object.values(lock.packages).map((entry) => entry['resolved']);
  expect(resolved.filter((url) => typeof url === 'string' && url.includes('://'))).toEqual([]);
});
