import { listBranchCases } from './cases/branch-cases.js';
import { listKeyCases } from './cases/key-cases.js';
import { listLineageCases } from './cases/lineage-cases.js';
import { listLoadCases } from './cases/load-cases.js';
import { listMonitorCases } from './cases/monitor-cases.js';
import { listOutageCases } from './cases/outage-cases.js';
import { listReplicaConnectionCases } from './cases/replica-connection-cases.js';
import { listValueCases } from './cases/value-cases.js';
import { listVisibilityCases } from './cases/visibility-cases.js';
import type { ConformanceCase } from './conformance-case.js';
import { type Deployment, startDeployment } from './deployment.js';
import type { ConformanceClient, ConformanceHarness, RunningStore } from './harness.js';
import type { ConformanceRuntime } from './runtime.js';
import type { SuiteContext } from './suite-context.js';

const CASE_LISTS: readonly ((context: SuiteContext) => ConformanceCase[])[] = [
  listBranchCases,
  listKeyCases,
  listValueCases,
  listVisibilityCases,
  listLoadCases,
  listReplicaConnectionCases,
  listMonitorCases,
  listOutageCases,
  listLineageCases,
];

export interface ConformanceSuite {
  /** To run one after the other, in this order or another. */
  readonly cases: readonly ConformanceCase[];
  /** Ends what the cases shared. To be called after the last one, also when some failed. */
  shutdown(): Promise<void>;
}

export interface ConformanceOptions {
  /** Told what was measured and what does not apply, one line each. Default: to the standard output. */
  readonly print?: (line: string) => void;
}

/**
 * The checks that a datastore adapter must pass, for any test runner. Most cases share one
 * deployment; those that break it start one of their own. Expect minutes: give each case 120 s.
 *
 * @example
 * const suite = createConformanceSuite(harness, { createRendezvous, createServer, createMonitor });
 * describe('my store', () => {
 *   for (const { title, run } of suite.cases) test(title, run, 120_000);
 *   afterAll(() => suite.shutdown());
 * });
 */
export function createConformanceSuite<C extends ConformanceClient, S extends RunningStore>(
  harness: ConformanceHarness<C, S>,
  runtime: ConformanceRuntime,
  options: ConformanceOptions = {},
): ConformanceSuite {
  const { print = printLine } = options;
  const printNamed = (line: string): void => print(`conformance of ${harness.name}: ${line}`);
  let shared: Promise<Deployment> | undefined;
  const context: SuiteContext = {
    harness,
    print: printNamed,
    onShared: async (use) => {
      shared ??= startDeployment(harness, runtime);
      await use(await shared);
    },
    onOwn: async (deploymentOptions, use) => {
      const deployment = await startDeployment(harness, runtime, deploymentOptions);
      try {
        await use(deployment);
      } finally {
        await deployment.shutdown();
      }
    },
  };
  const cases = CASE_LISTS.flatMap((list) => list(context));
  return {
    cases: cases.map((each) => printWhenNotApplicable(each, printNamed)),
    shutdown: async () => {
      const deployment = await shared?.catch(() => undefined);
      shared = undefined;
      await deployment?.shutdown();
    },
  };
}

function printWhenNotApplicable(
  each: ConformanceCase,
  print: (line: string) => void,
): ConformanceCase {
  if (each.notApplicable === undefined) return each;
  return {
    ...each,
    run: () => {
      print(`not run: ${each.title}`);
      return Promise.resolve();
    },
  };
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
