import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const vitestProgram = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const reporterFile = fileURLToPath(new URL('skip-reporter.ts', import.meta.url));

/** Runs vitest in a process of its own on one test file with these tests. */
function runTests(
  tests: string,
  options: { readonly failOnSkip: boolean; readonly flags?: readonly string[] },
): { readonly exitCode: number | null; readonly output: string } {
  const directory = mkdtempSync(join(tmpdir(), 'rendezvous-skip-reporter-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'sample.test.js'), tests);
  writeFileSync(
    join(directory, 'vitest.config.js'),
    `import { createSkipReporter } from ${JSON.stringify(reporterFile)};
     const log = (line) => console.log(line);
     const skips = createSkipReporter({ failOnSkip: ${String(options.failOnSkip)}, log });
     export default { test: { globals: true, reporters: [skips, 'default'] } };`,
  );
  const parameters = [vitestProgram, 'run', '--root', directory, ...(options.flags ?? [])];
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  return { exitCode: status, output: stdout + stderr };
}

const oneOfEach = `
  test('runs', () => {});
  test.skip('is skipped', () => {});
  describe.skip('a group', () => { test('is skipped with its group', () => {}); });
  test.todo('is to do');`;

test('a skipped or planned test fails the run on CI, by name and before the summary', () => {
  const { exitCode, output } = runTests(oneOfEach, { failOnSkip: true });
  expect(exitCode).toBe(1);
  expect(output).toMatch(
    /sample\.test\.js > is skipped\n.*a group > is skipped with its group\n.*is to do\n[^]*Tests .*1 passed/,
  );
});

test('elsewhere it is listed and the run passes', () => {
  const { exitCode, output } = runTests(oneOfEach, { failOnSkip: false });
  expect(exitCode).toBe(0);
  expect(output).toContain('sample.test.js > is skipped');
});

test('a run without skips says nothing, on CI too', () => {
  const { exitCode, output } = runTests(`test('runs', () => {});`, { failOnSkip: true });
  expect(exitCode).toBe(0);
  expect(output).not.toContain('Skipped tests');
});

test('tests left out by a name pattern are not skips', () => {
  const tests = `test('one', () => {}); test('two', () => {});`;
  const { exitCode } = runTests(tests, { failOnSkip: true, flags: ['-t', 'one'] });
  expect(exitCode).toBe(0);
});
