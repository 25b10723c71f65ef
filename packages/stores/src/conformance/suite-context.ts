import type { Deployment, DeploymentOptions } from './deployment.js';
import type { ConformanceHarness } from './harness.js';

/** What the cases of one suite share. */
export interface SuiteContext {
  readonly harness: ConformanceHarness;
  /** Tells what a case measured, one line each. */
  readonly print: (line: string) => void;
  /** Runs `use` on the deployment of all cases that leave it as it was. */
  readonly onShared: (use: (deployment: Deployment) => Promise<void>) => Promise<void>;
  /** Runs `use` on a deployment of its own, gone afterwards. */
  readonly onOwn: (
    options: DeploymentOptions,
    use: (deployment: Deployment) => Promise<void>,
  ) => Promise<void>;
}
