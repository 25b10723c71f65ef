import { expect, test } from 'vitest';
import { parseNumbers } from './parse-numbers.js';

const range = { min: 0, max: 10 };

test.each([
  { text: '0', numbers: [0] },
  { text: '10, 0.5,1', numbers: [10, 0.5, 1] },
])('"$text" is a list of numbers', ({ text, numbers }) => {
  expect(parseNumbers(text, range)).toEqual(numbers);
});

test.each(['', '1,', '-1', '11', '1e1', '0x1', '1,1.0', 'one', 'NaN', 'Infinity'])(
  '"%s" is none',
  (text) => {
    expect(parseNumbers(text, range)).toBeUndefined();
  },
);
