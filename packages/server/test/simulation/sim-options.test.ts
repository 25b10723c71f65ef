import { expect, test } from 'vitest';
import { HELP, parseSimOptions } from './sim-options.js';

test('one seed alone is one deployment, none is a hundred from the first', () => {
  expect(parseSimOptions([])).toMatchObject({ firstSeed: 1, seedCount: 100, stepCount: 200 });
  expect(parseSimOptions(['--seed', '7'])).toMatchObject({ firstSeed: 7, seedCount: 1 });
  expect(parseSimOptions(['--seed', '7', '--seeds', '3', '--steps', '50'])).toMatchObject({
    firstSeed: 7,
    seedCount: 3,
    stepCount: 50,
  });
});

test.each([
  { args: ['--seeds', '0'], says: '--seeds takes a whole number from 1' },
  { args: ['--steps', 'many'], says: 'not "many"' },
  { args: ['--sed', '1'], says: '--sed' },
])('$args is refused with what is right', ({ args, says }) => {
  expect(() => parseSimOptions(args)).toThrow(says);
});

test('the help names every flag', () => {
  for (const flag of ['seed', 'seeds', 'steps', 'workers', 'json', 'quick', 'help']) {
    expect(HELP).toContain(`--${flag} `);
  }
});
