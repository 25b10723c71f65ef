/**
 * For each rule of SPEC.md what breaks it: a node without the rule must be caught.
 *
 * `find` stands in the file exactly once, else the tool fails: a list that rots proves nothing. What
 * the simulator does not run (the client's policies, a store's own order of positions, the host) is
 * caught by the test that is named.
 */
import { ANSWER_MUTANTS } from './mutants/answer-mutants.mjs';
import { JOURNAL_MUTANTS } from './mutants/journal-mutants.mjs';
import { MARKER_MUTANTS } from './mutants/marker-mutants.mjs';
import { VISIBILITY_MUTANTS } from './mutants/visibility-mutants.mjs';

/**
 * @typedef {object} RuleMutant
 * @property {number} rule
 * @property {string} what What the mutant does.
 * @property {string} file
 * @property {string} find
 * @property {string} replace
 * @property {string} [test] The test file that must fail; without it, the simulation must.
 * @property {string} [title] Part of the title of its only test that need run.
 */

/** @type {readonly RuleMutant[]} In order of the rules. */
export const RULE_MUTANTS = [
  ...ANSWER_MUTANTS,
  ...JOURNAL_MUTANTS,
  ...MARKER_MUTANTS,
  ...VISIBILITY_MUTANTS,
].sort((a, b) => a.rule - b.rule);
