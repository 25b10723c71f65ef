import { expect, test } from 'vitest';
import { setup } from '../../test/test-node.js';
import type { RegionLayout } from './store-layout.js';
import { VisibilityLags } from './visibility-lags.js';

const US: RegionLayout = { name: 'us', served: true, mask: 1, replicas: [], others: [] };
const SG: RegionLayout = { name: 'sg', served: true, mask: 2, replicas: [], others: [] };

test('nothing is known of a region where nothing became visible yet', () => {
  const lags = new VisibilityLags();
  lags.observe(US, 100);
  expect(lags.etaMs(SG, 0)).toBe(0);
  expect(lags.etaMs(undefined, 0)).toBe(0);
});

test('a branch is expected when the ones before it became visible', () => {
  const lags = new VisibilityLags();
  lags.observe(US, 100);
  expect(lags.etaMs(US, 30)).toBe(70);
  expect(lags.etaMs(US, 99.5)).toBe(1);
});

test('a branch that is overdue has no time when it is expected', () => {
  const lags = new VisibilityLags();
  lags.observe(US, 100);
  expect(lags.etaMs(US, 100)).toBe(0);
  expect(lags.etaMs(US, 5_000)).toBe(0);
});

test('the estimate follows a longer lag fast and a shorter one slowly', () => {
  const lags = new VisibilityLags();
  lags.observe(US, 100);
  lags.observe(US, 500);
  expect(lags.etaMs(US, 0)).toBe(300);
  lags.observe(US, 140);
  expect(lags.etaMs(US, 0)).toBe(290);
});

test('a wait that times out says when the branch is expected', () => {
  const { node, us1, us2 } = setup();
  node.open();
  node.advance(200);
  node.watermark(us1, 'a/1');
  node.watermark(us2, 'a/1');
  const next = node.open({ position: 'a/2' });
  node.advance(50);
  expect(node.waitNow([next]).pending).toEqual([
    { store: 'posts', bid: next.bid, ageMs: 50, etaMs: 150, reason: 'open' },
  ]);
});
