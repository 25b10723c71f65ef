import { dynamodbConformance } from '../../test/dynamodb-conformance.js';
import { testConformance } from '../../test/test-conformance.js';

testConformance(dynamodbConformance);
