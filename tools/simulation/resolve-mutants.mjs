/** The hand-written mutants as whole changed files. */
import { readFileSync } from 'node:fs';
import { rootDirectory } from '../workspace.mjs';
import { RULE_MUTANTS } from './rule-mutants.mjs';

/**
 * @typedef {object} Mutant
 * @property {number} [rule] Of SPEC.md; absent for generated ones.
 * @property {string} [what]
 * @property {string} file
 * @property {number} line From 1.
 * @property {string} [condition] What is negated.
 * @property {string} text The whole changed file.
 * @property {string} [test]
 * @property {string} [title]
 */

/** @param {string} file The path below the root. */
export function readSource(file) {
  return readFileSync(`${rootDirectory}/${file}`, 'utf8');
}

/** @returns {Mutant[]} Throws when a place to change is not there exactly once. */
export function resolveRuleMutants() {
  return RULE_MUTANTS.map((mutant) => {
    const { file, find, replace } = mutant;
    const source = readSource(file);
    const at = source.indexOf(find);
    if (at === -1 || source.indexOf(find, at + 1) !== -1) {
      const times = at === -1 ? 'nowhere' : 'more than once';
      throw new Error(
        `rule ${mutant.rule} (${mutant.what}): what it changes stands ${times} in ${file}; ` +
          'the code has moved on: make tools/simulation/mutants follow it',
      );
    }
    const line = source.slice(0, at).split('\n').length;
    const text = `${source.slice(0, at)}${replace}${source.slice(at + find.length)}`;
    return { ...mutant, line, text };
  });
}
