import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCapturedIo } from '../test/captured-io.js';
import { createTemporaryFolder } from '../test/temporary-folder.js';
import { COMMANDS } from './command-registry.js';
import { runProgram } from './program.js';

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(line: string, cwd?: string): Promise<Outcome> {
  const io = createCapturedIo(cwd === undefined ? {} : { cwd });
  const exitCode = await runProgram(line.split(' ').filter(Boolean), io);
  const { stdout, stderr } = io.written;
  return { exitCode, stdout, stderr };
}

test('--help lists every command', async () => {
  const { exitCode, stdout, stderr } = await run('--help');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  expect(await run('-h')).toEqual({ exitCode, stdout, stderr });
  expect(await run('help')).toEqual({ exitCode, stdout, stderr });
});

test('without a command the help goes to stderr, and that is wrong usage', async () => {
  const { stdout: help } = await run('--help');
  expect(await run('')).toEqual({ exitCode: 2, stdout: '', stderr: help });
});

test.each(Object.keys(COMMANDS))('the help of %s shows usage and examples', async (name) => {
  const { exitCode, stdout } = await run(`${name} --help`);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`\nUsage: rendezvous ${name} `);
  expect(stdout).toMatch(/^Examples:\n {2}\S/m);
  expect(await run(`help ${name}`)).toMatchObject({ exitCode: 0, stdout });
});

test('the help of an option says its range, default, and environment variable', async () => {
  const { stdout } = await run('status --help');
  expect(stdout).toMatch(/--timeout-ms MS .* \(1 to 60000; default 5000\)/);
  expect(stdout).toMatch(/--namespace NAME .* \(default default; env RENDEZVOUS_NAMESPACE\)/);
});

test('--version prints that of the package', async () => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  expect(await run('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

const wrong: readonly [line: string, stderr: string][] = [
  [
    'sevre',
    'rendezvous: unknown command "sevre". Did you mean "serve"?\nSee "rendezvous --help".\n',
  ],
  ['constructor', 'rendezvous: unknown command "constructor".\nSee "rendezvous --help".\n'],
  [
    '--versoin',
    'rendezvous: unknown option "--versoin". Did you mean "--version"?\nSee "rendezvous --help".\n',
  ],
  [
    'bench',
    'rendezvous: "bench" takes a second word: bench window, bench open, bench mixed, bench wait, bench memory, bench sessions, bench overhead, bench import.\nSee "rendezvous --help".\n',
  ],
  [
    'bench windwo --json',
    'rendezvous: "bench" takes a second word: bench window, bench open, bench mixed, bench wait, bench memory, bench sessions, bench overhead, bench import.\nSee "rendezvous --help".\n',
  ],
  [
    'bench window --prot 1',
    'rendezvous: bench window: unknown option --prot.\nSee "rendezvous bench window --help".\n',
  ],
  [
    'serve --prot 1',
    'rendezvous: serve: unknown option --prot. Did you mean "--port"?\nSee "rendezvous serve --help".\n',
  ],
  [
    'monitor --region eu',
    'rendezvous: monitor: --store STORE is required\nSee "rendezvous monitor --help".\n',
  ],
];

test.each(wrong)(
  '"%s" is wrong usage: exit 2 and a message that says what is right',
  async (line, stderr) => {
    expect(await run(line)).toEqual({ exitCode: 2, stdout: '', stderr });
  },
);

test('a configuration that is wrong is wrong usage', async () => {
  const folder = await createTemporaryFolder({ 'rendezvous.config.json': '{"stores":{}}' });
  const { exitCode, stderr } = await run('serve', folder);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^rendezvous: \[config_invalid\] .*:\n {2}regions: is missing\n$/);
});

test('a node that cannot be reached is a failure', async () => {
  // Port 1 is reserved and nobody listens there.
  const { exitCode, stderr } = await run('status --node ws://127.0.0.1:1');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^rendezvous: \[unavailable\] .*127\.0\.0\.1:1/);
});
