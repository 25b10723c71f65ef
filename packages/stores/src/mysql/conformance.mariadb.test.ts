import { startMariadbPair } from '@rendezvous/testkit';
import { createMysqlConformance } from '../../test/mysql-conformance.js';
import { testConformance } from '../../test/test-conformance.js';

testConformance(createMysqlConformance('MariaDB', startMariadbPair));
