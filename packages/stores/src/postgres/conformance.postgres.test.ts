import { postgresConformance } from '../../test/postgres-conformance.js';
import { testConformance } from '../../test/test-conformance.js';

testConformance(postgresConformance);
