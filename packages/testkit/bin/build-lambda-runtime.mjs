#!/usr/bin/env node
// Builds AWS's runtime interface client for Node.js into a cache folder of the user's:
//
//   node build-lambda-runtime.mjs            builds it, unless it is there
//   node build-lambda-runtime.mjs --where    prints the folder, and builds nothing
//
// The client has a native part that AWS compiles in an install script, and npm runs none. Linux only:
// AWS's own build skips macOS. Exit codes: 0 it is there; 1 it is not, and the output says why. Plain
// JavaScript, outside src/, because `npm run setup` starts it without a loader.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The last version for Node.js 20. */
const VERSION = '3.3.0';
/** What the build runs, and the Debian package that brings it. */
const PROGRAMS = {
  autoconf: 'autoconf',
  automake: 'automake',
  libtoolize: 'libtool',
  cmake: 'cmake',
  make: 'make',
  'g++': 'g++',
  python3: 'python3',
};
/** What is kept of the package: all that runs, and its licences. */
const KEPT = ['package.json', 'bin', 'dist', 'LICENSE', 'NOTICE', 'THIRD-PARTY-LICENSES'];

// As findRuntimeClient() in src/lambda/runtime-client.ts has it; a test holds them together.
const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
const [major = ''] = process.versions.node.split('.');
const name = `aws-lambda-ric-${VERSION}-${process.platform}-${process.arch}-node${major}`;
const directory = join(cache, 'rendezvous', name);

if (process.argv.includes('--where')) console.log(directory);
else process.exitCode = main();

function main() {
  const what = `AWS Lambda's runtime client ${VERSION}`;
  if (existsSync(join(directory, 'dist/rapid-client.node'))) return say(`✔ ${what}`);
  if (process.platform !== 'linux') return fail(`${what} builds on Linux only`);
  const missing = Object.entries(PROGRAMS).filter(([program]) => !isOnPath(program));
  if (missing.length > 0) {
    const packages = missing.map(([, debianPackage]) => debianPackage).join(' ');
    return fail(`${what} needs programs to build; on Debian: apt-get install ${packages}`);
  }
  console.log(`Building ${what} (once, about two minutes)`);
  const stage = `${directory}.${process.pid}`;
  try {
    build(stage);
    return say(`✔ ${what} in ${directory}`);
  } catch (error) {
    return fail(`${what} could not be built: ${error instanceof Error ? error.message : error}`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Everything happens in `stage`: the folder appears whole, or not at all. */
function build(stage) {
  mkdirSync(stage, { recursive: true });
  const download = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  run('1/3 download from npm', 'npm', [...download, `aws-lambda-ric@${VERSION}`], stage);
  const unbuilt = join(stage, 'node_modules/aws-lambda-ric');
  run('2/3 libcurl and aws-lambda-cpp', 'sh', ['scripts/preinstall.sh'], unbuilt);
  const gyp = join(stage, 'node_modules/node-gyp/bin/node-gyp.js');
  run('3/3 the addon', process.execPath, [gyp, 'rebuild', ...headersOption()], unbuilt);
  cpSync(join(unbuilt, 'build/Release/rapid-client.node'), join(unbuilt, 'dist/rapid-client.node'));
  const whole = join(stage, 'whole');
  for (const part of KEPT) cpSync(join(unbuilt, part), join(whole, part), { recursive: true });
  try {
    renameSync(whole, directory);
  } catch (error) {
    // Somebody else built it meanwhile.
    if (!existsSync(directory)) throw error;
  }
}

/** The headers of the Node.js that runs, where it has them; else node-gyp downloads them. */
function headersOption() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node.h')) ? [`--nodedir=${prefix}`] : [];
}

function run(step, program, parameters, cwd) {
  console.log(`  ${step}`);
  const { status, error, stdout, stderr } = spawnSync(program, parameters, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error !== undefined) throw error;
  if (status === 0) return;
  const lastLines = `${stdout}\n${stderr}`.trimEnd().split('\n').slice(-30).join('\n');
  throw new Error(`step ${step} ended with ${status}\n${lastLines}`);
}

function isOnPath(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((at) => existsSync(join(at, program)));
}

function say(line) {
  console.log(line);
  return 0;
}

function fail(line) {
  console.error(`✖ ${line}`);
  return 1;
}
