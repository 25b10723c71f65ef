import { expect, test } from 'vitest';
import { generateMutants } from './generate-mutants.mjs';

const conditionsOf = (source: string): string[] =>
  generateMutants('a.ts', source).map(({ condition }) => condition);

test('every condition is negated once, and each side of && and ||', () => {
  expect(conditionsOf('if (a) b();')).toEqual(['a']);
  expect(conditionsOf('while (a && (b)) c();')).toEqual(['a && (b)', 'a', 'b']);
  expect(conditionsOf('const x = a ? b : c;')).toEqual(['a']);
  expect(conditionsOf('const x = a ?? b;')).toEqual([]);
});

test('a mutant is the whole file with one condition changed, and says where', () => {
  const [mutant] = generateMutants('a.ts', 'const one = 1;\nif (one === 1) f();\n');
  expect(mutant).toMatchObject({ file: 'a.ts', line: 2, condition: 'one === 1' });
  expect(mutant?.text).toBe('const one = 1;\nif (!(one === 1)) f();\n');
});
