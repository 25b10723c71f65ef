import { expect, test } from 'vitest';
import { RendezvousError } from './error.js';
import { fromFailure, toFailure } from './failure.js';

test('an error comes out of its failure as it went in', () => {
  const error = new RendezvousError('limit_exceeded', 'too much', { retryable: false });
  const { code, message, retryable } = fromFailure(toFailure(error));
  expect({ code, message, retryable }).toEqual({
    code: 'limit_exceeded',
    message: '[limit_exceeded] too much',
    retryable: false,
  });
});

test('a code that this version does not know is named in the message', () => {
  const failure = { kind: 'failure', code: 'too_new', message: 'what?', retryable: true } as const;
  expect(fromFailure(failure)).toMatchObject({
    code: 'internal',
    message: '[internal] too_new: what?',
    retryable: true,
  });
});
