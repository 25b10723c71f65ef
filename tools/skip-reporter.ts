import type { Reporter, TestModule } from 'vitest/node';

export interface SkipReporterOptions {
  /** Makes a run with skipped tests a failed run; else they are only listed. */
  readonly failOnSkip: boolean;
  /** Where the list goes, line by line. */
  readonly log: (line: string) => void;
}

/**
 * Lists the tests that a run skipped, `todo` included, and fails the run for them where asked to: a
 * test that never runs proves nothing, and nobody reads "42 skipped" twice. Tests that a `-t` pattern
 * left out are not listed. Put it before the default reporter, whose summary then stays last.
 */
export function createSkipReporter(options: SkipReporterOptions): Reporter {
  let selectsByName = false;
  return {
    onInit(vitest): void {
      selectsByName = vitest.config.testNamePattern !== undefined;
    },
    onTestRunEnd(testModules): void {
      const skipped = selectsByName ? [] : testModules.flatMap(listSkipped);
      if (skipped.length === 0) return;
      options.log(
        `\n Skipped tests (${options.failOnSkip ? 'a failure on CI' : 'a failure on CI only'}):`,
      );
      for (const title of skipped) options.log(`   ${title}`);
      if (options.failOnSkip) process.exitCode = 1;
    },
  };
}

function listSkipped(testModule: TestModule): string[] {
  return [...testModule.children.allTests('skipped')].map(
    (test) => `${testModule.relativeModuleId} > ${test.fullName}`,
  );
}
