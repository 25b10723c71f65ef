/**
 * Runs one simulated world from a seed, and makes a failure small.
 *
 * The same actions in the same world always do the same, so a failure replays exactly.
 */
import { type Action, createSchedule, performAction } from './actions.js';
import { type Check, Environment, type Settings, SimulationFailure } from './environment.js';
import { Random } from './random.js';
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
  const env = new Environment(createSettings(seed), seed, isTraced);
  try {
    const world = new World(env);
    for (const action of actions) performAction(world, action);
    world.calm();
    world.checkWaits();
    world.checkMemory();
    return { failure: undefined, counts: env.counts, lines: env.lines };
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    return { failure: error, counts: env.counts, lines: env.lines };
  }
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
    `replay: RENDEZVOUS_SIM_SEED=${String(seed)} RENDEZVOUS_SIM_STEPS=${String(actionCount)} npx vitest run --project sim`,
    `the least that was found (${String(least.length)} of ${String(actions.length)} actions): ${failure?.message ?? ''}`,
    ...lines,
  ].join('\n');
}

function createSettings(seed: number): Settings {
  const random = new Random(seed ^ 0x5eed);
  return {
    latencyMs: random.pick([2, 20, 60]),
    syncMs: random.pick([1, 10, 40]),
    replicationMs: random.pick([5, 60, 300, 1_000]),
    branchTtlMs: random.pick([1_500, 5_000, 60_000, 60_000, 60_000, 60_000]),
  };
}
