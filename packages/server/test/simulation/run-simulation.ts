/**
 * Runs one simulated world from a seed, and makes a failure small.
 *
 * The same actions in the same world always do the same, so a failure replays exactly.
 */
import { type Action, createSchedule, performAction } from './actions.js';
import { createDeployment } from './deployment.js';
import { Environment } from './environment.js';
import { type Check, SimulationFailure } from './simulation-failure.js';
import { World } from './world.js';

export interface Outcome {
  readonly failure: SimulationFailure | undefined;
  readonly counts: ReadonlyMap<string, number>;
  /** What happened, in order; empty unless it was traced. */
  readonly lines: readonly string[];
}

/** Bounds the effort of `shrink`. */
const SHRINK_RUN_COUNT_MAX = 1_500;

export function run(seed: number, actions: readonly Action[], isTraced = false): Outcome {
  const deployment = createDeployment(seed);
  const env = new Environment(deployment, seed, isTraced);
  try {
    const world = new World(env, deployment);
    for (const action of actions) performAction(world, action);
    world.calm();
    world.checkWaits();
    world.checkMemory();
    env.count('events', env.timeline.eventCount);
    return { failure: undefined, counts: env.counts, lines: env.lines };
  } catch (error) {
    return { failure: toFailure(error), counts: env.counts, lines: env.lines };
  }
}

/** A core that throws has failed too. */
function toFailure(error: unknown): SimulationFailure {
  if (error instanceof SimulationFailure) return error;
  const stack = error instanceof Error ? error.stack : undefined;
  return new SimulationFailure('CRASH', stack ?? String(error));
}

export function runSeed(seed: number, actionCount: number): Outcome {
  return run(seed, createSchedule(seed, actionCount));
}

/** Leaves out actions for as long as the same check still fails. */
function shrink(seed: number, actions: readonly Action[], check: Check): readonly Action[] {
  let kept = actions;
  let runCount = 0;
  const fails = (some: readonly Action[]): boolean => {
    runCount++;
    return run(seed, some).failure?.check === check;
  };
  for (let size = actions.length >> 1; size >= 1; size >>= 1) {
    for (let from = kept.length - size; from >= 0; from -= size) {
      if (runCount >= SHRINK_RUN_COUNT_MAX) return kept;
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (fails(fewer)) kept = fewer;
    }
  }
  return kept;
}

/** The report of a failing seed: what to type to see it again, and the least that leads to it. */
export function explainFailure(seed: number, actionCount: number): string {
  const actions = createSchedule(seed, actionCount);
  const found = run(seed, actions).failure;
  if (!found) return `seed ${String(seed)} does not fail`;
  const least = shrink(seed, actions, found.check);
  const { failure, lines } = run(seed, least, true);
  return [
    `seed ${String(seed)}: ${found.message}`,
    `replay: npm run sim -- --seed ${String(seed)} --steps ${String(actionCount)}`,
    `the least that was found (${String(least.length)} of ${String(actions.length)} actions): ${failure?.message ?? ''}`,
    ...lines,
  ].join('\n');
}
