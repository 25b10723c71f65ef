import { findMysqlProgram, startMysqlPair } from '@rendezvous/testkit';
import { describe } from 'vitest';
import { createMysqlConformance } from '../../test/mysql-conformance.js';
import { testConformance } from '../../test/test-conformance.js';

// Not run where MySQL cannot be had; the report says so.
describe.runIf((await findMysqlProgram()) !== undefined)('MySQL', () => {
  testConformance(createMysqlConformance('MySQL', startMysqlPair));
});
