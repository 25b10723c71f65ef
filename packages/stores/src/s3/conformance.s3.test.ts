import { findCephProgram } from '@rendezvous/testkit';
import { afterAll, beforeAll, describe } from 'vitest';
import { createS3Conformance } from '../../test/s3-conformance.js';
import { testConformance } from '../../test/test-conformance.js';

// Not run where Ceph cannot be had; the report says so.
describe.runIf((await findCephProgram()) !== undefined)('S3', () => {
  const { harness, start, shutdown } = createS3Conformance();
  beforeAll(() => start(), 300_000);
  afterAll(() => shutdown());
  testConformance(harness);
});
