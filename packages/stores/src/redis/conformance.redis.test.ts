import { redisConformance } from '../../test/redis-conformance.js';
import { testConformance } from '../../test/test-conformance.js';

testConformance(redisConformance);
