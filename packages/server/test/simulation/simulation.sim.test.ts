/**
 * Whole deployments in virtual time: the very core of the server, with everything around it
 * simulated and failing, checked against a model that knows what is visible where.
 *
 * One seed is one world. `RENDEZVOUS_SIM_SEEDS` says how many seeds to run, `RENDEZVOUS_SIM_SEED`
 * names the first (and alone runs only that), `RENDEZVOUS_SIM_STEPS` the actions of each.
 */
import { expect, it } from 'vitest';
import { createSchedule } from './actions.js';
import { explainFailure, run, runSeed } from './run-simulation.js';

const firstSeed = Number(process.env['RENDEZVOUS_SIM_SEED'] ?? 1);
const seedCount = Number(
  process.env['RENDEZVOUS_SIM_SEEDS'] ?? (process.env['RENDEZVOUS_SIM_SEED'] ? 1 : 300),
);
const actionCount = Number(process.env['RENDEZVOUS_SIM_STEPS'] ?? 200);

it('keeps its promises in every simulated deployment', () => {
  const totals = new Map<string, number>([['actions', seedCount * actionCount]]);
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    const { failure, counts } = runSeed(seed, actionCount);
    if (failure) expect.fail(explainFailure(seed, actionCount));
    for (const [what, count] of counts) totals.set(what, (totals.get(what) ?? 0) + count);
  }
  const summary = [...totals].map(([what, count]) => `${what} ${String(count)}`);
  process.stdout.write(`simulated ${String(seedCount)} deployments: ${summary.join(', ')}\n`);
});

it('replays a seed exactly', () => {
  const actions = createSchedule(firstSeed, actionCount);
  expect(run(firstSeed, actions, true)).toEqual(run(firstSeed, actions, true));
});
