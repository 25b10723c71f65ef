import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES, isErrorCode, RendezvousError } from './error.js';

const reference = readFileSync(
  new URL('../../../docs/reference/errors.md', import.meta.url),
  'utf8',
);

test('docs/reference/errors.md documents exactly the codes that exist, in their order', () => {
  const documented = Array.from(reference.matchAll(/^### `([a-z_]+)`/gm), ([, code]) => code);
  expect(documented).toEqual(ERROR_CODES);
});

test('docs/reference/errors.md says of each code whether a retry may help', () => {
  for (const code of ERROR_CODES) {
    const section = reference.split(`### \`${code}\``)[1]?.split('\n### ')[0] ?? '';
    const retryable = new RendezvousError(code, '').retryable;
    expect(section.split('\n')[0], code).toBe(retryable ? ' (retryable)' : '');
  }
});

test('isErrorCode() knows the codes and nothing that objects inherit', () => {
  expect(ERROR_CODES.every(isErrorCode)).toBe(true);
  expect(['', 'toString', '__proto__', 'BAD_FRAME'].some(isErrorCode)).toBe(false);
});

test('the message starts with the code, once', () => {
  const error = new RendezvousError('unavailable', 'no node answers');
  expect(error.message).toBe('[unavailable] no node answers');
  expect(new RendezvousError('unavailable', error.message).message).toBe(error.message);
  expect(String(error)).toBe('RendezvousError: [unavailable] no node answers');
});

test('cause and retryable can be given; without a cause there is none', () => {
  const cause = new Error('socket closed');
  const error = new RendezvousError('unavailable', 'lost', { cause, retryable: false });
  expect(error).toMatchObject({ cause, retryable: false });
  expect('cause' in new RendezvousError('unavailable', 'lost')).toBe(false);
});

describe('instanceof', () => {
  test('holds for an error of another copy of this package', () => {
    const foreign = Object.assign(new Error('[unavailable] lost'), {
      name: 'RendezvousError',
      code: 'unavailable',
      retryable: true,
    });
    expect(foreign instanceof RendezvousError).toBe(true);
    expect(RendezvousError.from(foreign)).toBe(foreign);
  });

  test.each([
    undefined,
    null,
    'unavailable',
    new Error('x'),
    { name: 'RendezvousError', code: 'no_such_code', retryable: true },
    { name: 'RendezvousError', code: 'unavailable' },
  ])('does not hold for %o', (value) => {
    expect(value instanceof RendezvousError).toBe(false);
  });

  test('of a subclass holds for its own instances only', () => {
    class Special extends RendezvousError {}
    expect(new Special('internal', '') instanceof RendezvousError).toBe(true);
    expect(new Special('internal', '') instanceof Special).toBe(true);
    expect(new RendezvousError('internal', '') instanceof Special).toBe(false);
  });
});

describe('from()', () => {
  test('keeps an unexpected error as the cause', () => {
    const cause = new TypeError('x is not a function');
    expect(RendezvousError.from(cause)).toMatchObject({ code: 'internal', cause });
  });

  test('takes what is not an error', () => {
    expect(RendezvousError.from(7)).toMatchObject({ code: 'internal', cause: 7 });
  });

  test.each([AbortSignal.abort().reason, new DOMException('late', 'TimeoutError')])(
    'calls the reason of an aborted signal cancelled: %s',
    (reason: unknown) => {
      expect(RendezvousError.from(reason)).toMatchObject({ code: 'cancelled', cause: reason });
    },
  );
});
