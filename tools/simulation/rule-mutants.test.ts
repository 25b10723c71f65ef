import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listSpecInvariants } from '../tidy/spec-invariants.js';
import { rootDirectory } from '../workspace.mjs';
import { readSource, resolveRuleMutants } from './resolve-mutants.mjs';
import { RULE_MUTANTS } from './rule-mutants.mjs';

test('what each mutant changes stands in the code exactly once', () => {
  expect(resolveRuleMutants()).toHaveLength(RULE_MUTANTS.length);
});

test('a test that must fail exists', () => {
  const tests = RULE_MUTANTS.flatMap(({ test: file }) => file ?? []);
  expect(tests.filter((file) => !existsSync(`${rootDirectory}/${file}`))).toEqual([]);
});

test('every rule of SPEC.md has a mutant', () => {
  const rules = listSpecInvariants(readSource('SPEC.md'))
    .map(({ id }) => /^rule (\d+)$/i.exec(id)?.[1])
    .filter((number) => number !== undefined)
    .map(Number);
  const covered = new Set(RULE_MUTANTS.map(({ rule }) => rule));
  expect(rules.length).toBeGreaterThan(20);
  expect(rules.filter((rule) => !covered.has(rule))).toEqual([]);
});
