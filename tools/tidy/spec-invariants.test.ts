import { expect, test } from 'vitest';
import { listNamedInvariants, listSpecInvariants } from './spec-invariants.js';

test('an invariant is a section whose heading has a number, with or without its lines', () => {
  const spec = [
    '## Promises',
    '### Promise 1: safety',
    '- **Enforced by:** the node core.',
    '### Rule 4: contiguous replication',
    'A batch says (from, to].',
    '### Rule 12: watermarks',
    'Enforced by: `closing.ts`',
    'Not tested yet: the simulator comes in step 2.',
    '### Rule 13: hints',
    'Enforced by:',
  ].join('\n');
  expect(listSpecInvariants(spec)).toEqual([
    { id: 'promise 1', saysWhatEnforcesIt: true, isTested: true },
    { id: 'rule 4', saysWhatEnforcesIt: false, isTested: true },
    { id: 'rule 12', saysWhatEnforcesIt: true, isTested: false },
    { id: 'rule 13', saysWhatEnforcesIt: false, isTested: true },
  ]);
});

test('titles name an invariant at their start, in any quotes', () => {
  const source = [
    "test('rule 4: a gap is refused', run);",
    'test(`promise 1: nothing stale`, run);',
    "test('breaks rule 5: no title starts so', run);",
  ].join('\n');
  expect(listNamedInvariants(source)).toEqual(['rule 4', 'promise 1']);
});
