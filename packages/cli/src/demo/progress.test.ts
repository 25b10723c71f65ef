import { expect, test } from 'vitest';
import { createProgress } from './progress.js';

/** A sink that remembers. */
function setup(sink: { isTTY?: boolean; columns?: number }): {
  readonly written: () => string;
  readonly progress: ReturnType<typeof createProgress>;
} {
  let text = '';
  const progress = createProgress({ ...sink, write: (part: string) => (text += part) });
  return { written: () => text, progress };
}

test('elsewhere than on a terminal, progress is plain lines at every quarter', () => {
  const { written, progress } = setup({});
  progress.step('With');
  for (let done = 1; done <= 8; done++) progress.advance(done, 8);
  progress.finish();
  expect(written()).toBe('With\nWith: 2 of 8\nWith: 4 of 8\nWith: 6 of 8\nWith: 8 of 8\n');
});

test('on a terminal, progress is one line that changes, stays in its width and goes away', () => {
  const { written, progress } = setup({ isTTY: true, columns: 12 });
  progress.step('With');
  progress.advance(5, 1_000);
  progress.finish();
  expect(written()).not.toContain('\n');
  expect(written().split('\r\u001b[2K')).toEqual(['', 'With', 'With: 5 of ', '']);
});
