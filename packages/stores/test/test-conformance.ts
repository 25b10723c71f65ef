import { createRendezvous } from '@rendezvous/client';
import { createMonitor, createServer } from '@rendezvous/server';
import { afterAll, describe, test } from 'vitest';
import {
  type ConformanceClient,
  type ConformanceHarness,
  createConformanceSuite,
  type RunningStore,
} from '../src/conformance/index.js';

/** Runs the conformance suite for one adapter, with what the other packages export. */
export function testConformance<C extends ConformanceClient, S extends RunningStore>(
  harness: ConformanceHarness<C, S>,
): void {
  const suite = createConformanceSuite(harness, { createRendezvous, createServer, createMonitor });
  describe(harness.name, () => {
    for (const { title, run } of suite.cases) test(title, run, 120_000);
    afterAll(() => suite.shutdown());
  });
}
