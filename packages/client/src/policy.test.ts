import { expect, test } from 'vitest';
import type { Mode } from '@rendezvous/protocol';
import { DEFAULT_POLICY, relaxMode, resolvePolicy } from './policy.js';

const RELAXED: Record<Mode, Record<Mode, Mode>> = {
  enforce: { enforce: 'enforce', observe: 'observe', off: 'off' },
  observe: { enforce: 'observe', observe: 'observe', off: 'off' },
  off: { enforce: 'off', observe: 'off', off: 'off' },
};

test('the ceiling of a node can only relax a mode', () => {
  for (const [mode, row] of Object.entries(RELAXED) as [Mode, Record<Mode, Mode>][]) {
    for (const [ceiling, expected] of Object.entries(row) as [Mode, Mode][]) {
      expect(relaxMode(mode, ceiling), `${mode} under ${ceiling}`).toBe(expected);
    }
  }
});

test('a later level wins where it says something, per policy', () => {
  const store = { timeoutMs: 0, speculate: false, onTimeout: undefined };
  expect(resolvePolicy(DEFAULT_POLICY, store, { onMissing: 'throw', timeoutMs: 7 })).toEqual({
    ...DEFAULT_POLICY,
    timeoutMs: 7,
    speculate: false,
    onMissing: 'throw',
  });
});
