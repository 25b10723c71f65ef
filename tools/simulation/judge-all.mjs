/** Judges mutants, some at a time, and keeps their order. */
import { simulateMutant, testMutant } from './judge-mutant.mjs';

/** @typedef {import('./resolve-mutants.mjs').Mutant} Mutant */
/** @typedef {Mutant & import('./judge-mutant.mjs').Judgement & { seconds: number }} JudgedMutant */

/**
 * @param {object} options
 * @param {readonly Mutant[]} options.mutants
 * @param {(mutant: Mutant) => number} options.seedCountOf How many seeds a mutant gets at most.
 * @param {number} options.workerCount
 * @param {(line: string) => void} options.onJudged
 * @returns {Promise<JudgedMutant[]>}
 */
export async function judgeAll({ mutants, seedCountOf, workerCount, onJudged }) {
  /** @type {JudgedMutant[]} */
  const judged = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < mutants.length; index = next++) {
      const mutant = mutants[index];
      if (!mutant) return;
      const startedMs = performance.now();
      const judgement = mutant.test
        ? await testMutant(mutant, mutant.test, mutant.title)
        : await simulateMutant(mutant, seedCountOf(mutant));
      const seconds = (performance.now() - startedMs) / 1_000;
      judged[index] = { ...mutant, ...judgement, seconds };
      onJudged(`${nameOf(mutant)}: ${judgement.by || 'NOT CAUGHT'} (${seconds.toFixed(1)} s)`);
    }
  };
  await Promise.all(Array.from({ length: workerCount }, work));
  return judged;
}

/** @param {Mutant} mutant */
export function nameOf({ rule, what, file, line, condition }) {
  const place = `${file.split('/').at(-1)}:${line}`;
  return rule === undefined ? `${place} !(${condition})` : `rule ${rule}, ${what} (${place})`;
}
