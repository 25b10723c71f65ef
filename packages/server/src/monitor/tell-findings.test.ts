import { expect, test } from 'vitest';
import type { Findings } from './probe-schedule.js';
import { createTeller } from './tell-findings.js';

const visible = (...bids: string[]): Findings => ({ visible: bids, traceless: [] });

test('what is found while the node is told goes together, afterwards', async () => {
  const sent: Findings[] = [];
  const answers: (() => void)[] = [];
  const teller = createTeller(
    (findings) => {
      sent.push(findings);
      return new Promise((resolve) => answers.push(resolve));
    },
    () => undefined,
  );
  teller.tell(visible('a'));
  await Promise.resolve();
  teller.tell(visible('b'));
  teller.tell({ visible: ['c'], traceless: ['d'] });
  expect(sent).toEqual([visible('a')]);
  answers.shift()?.();
  await expect.poll(() => sent.length).toBe(2);
  expect(sent[1]).toEqual({ visible: ['b', 'c'], traceless: ['d'] });
  answers.shift()?.();
  await teller.told();
});

test('a node that cannot be told is said so, at once and for ever', async () => {
  let failures = 0;
  const teller = createTeller(
    () => Promise.reject(new Error('the node went away')),
    () => (failures += 1),
  );
  teller.tell(visible('a'));
  await expect(teller.told()).rejects.toThrow('the node went away');
  expect(failures).toBe(1);
  await expect(teller.told()).rejects.toThrow('the node went away');
});
