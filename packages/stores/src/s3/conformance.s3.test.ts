import { findCephProgram } from '@rendezvous/testkit';
import { afterAll, describe } from 'vitest';
import { createS3Conformance } from '../../test/s3-conformance.js';
import { testConformance } from '../../test/test-conformance.js';

// Not run where Ceph cannot be had; the report says so.
describe.runIf((await findCephProgram()) !== undefined)('S3', () => {
  const { harness, shutdown } = createS3Conformance();
  afterAll(() => shutdown());
  testConformance(harness);
});
