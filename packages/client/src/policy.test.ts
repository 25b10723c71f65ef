import { expect, test } from 'vitest';
import type { Mode } from '@rendezvous/protocol';
import { relaxMode } from './policy.js';

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
