/** The table that `npm run sim:mutants` prints. */
import { nameOf } from './judge-all.mjs';

/**
 * @param {readonly import('./judge-all.mjs').JudgedMutant[]} judged
 * @param {number} caughtShareMin Of the generated ones.
 */
export function describeJudgements(judged, caughtShareMin) {
  const rules = judged.filter(({ rule }) => rule !== undefined);
  const generated = judged.filter(({ rule }) => rule === undefined);
  const survivors = judged.filter(({ caught }) => !caught);
  const caughtCount = generated.filter(({ caught }) => caught).length;
  const caughtShare = generated.length === 0 ? 1 : caughtCount / generated.length;
  const percent = (100 * caughtShare).toFixed(1);
  const rows = rules.map(({ rule, by, what }) => ({ rule, by: by || 'NOT CAUGHT', what }));
  const lines = [
    'rule  caught by                             the mutant',
    ...rows.map(({ rule, by, what }) => `${String(rule).padStart(4)}  ${by.padEnd(36)}  ${what}`),
    '',
    `generated mutants: ${caughtCount} of ${generated.length} caught (${percent} %)`,
    ...survivors.filter(({ rule }) => rule === undefined).map((one) => `  lives: ${nameOf(one)}`),
  ];
  return {
    isEnough: rules.every(({ caught }) => caught) && caughtShare >= caughtShareMin,
    rules: rows,
    generatedCount: generated.length,
    caughtCount,
    survivors: survivors.map(nameOf),
    text: `${lines.join('\n')}\n`,
  };
}
