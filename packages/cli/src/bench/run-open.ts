/**
 * Measures every load with every journal, several times. Journals take turns, so that what disturbs
 * the machine for a while disturbs all.
 */
import type { Progress } from '../demo/progress.js';
import { measureOpen, type MeasureOptions } from './measure-open.js';
import type { OpenPlan } from './open-plan.js';
import { nameLoad, type OpenRun, type OpenSeries } from './open-result.js';

export interface RunOpenOptions extends Pick<
  MeasureOptions,
  'durationMs' | 'opensMax' | 'generators' | 'parentDirectory' | 'signal'
> {
  readonly plan: OpenPlan;
  /** Of each load with each journal. */
  readonly runs: number;
  readonly progress: Progress;
}

export async function runOpen(options: RunOpenOptions): Promise<OpenSeries[]> {
  const { plan, runs, progress, ...rest } = options;
  const series = plan.loads.flatMap((load) =>
    plan.journals.map((journal) => ({ load, journal, runs: [] as OpenRun[] })),
  );
  for (let run = 1; run <= runs; run++) {
    for (const { load, journal, runs: done } of series) {
      progress.step(`${nameLoad(load)}, ${journal}, run ${run} of ${runs}`);
      done.push(await measureOpen({ load, journal, ...rest }));
    }
  }
  return series;
}
