import { test } from 'vitest';
import { expectNothingLeft, SIGNALS } from '../../test/expect-nothing-left.js';

test.each(SIGNALS)('an owner that ends by %s leaves neither servers nor files', (signal) =>
  expectNothingLeft('mariadb', signal),
);
