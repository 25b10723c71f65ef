/**
 * Frames and bookmarks that are nearly right, into a real node core in virtual time: only typed
 * errors, no answer to somebody else, nothing `consistent` that is open, nothing left behind.
 *
 * `RENDEZVOUS_FUZZ_SEED` names the first case, `RENDEZVOUS_FUZZ_CASES` how many there are.
 */
import { expect, test } from 'vitest';
import { Random } from '../simulation/random.js';
import { explainCase, shrinkCase } from './explain-case.js';
import { createCase, type FuzzInput } from './fuzz-input.js';
import { createFuzzedNode, type FuzzedNode, runCase } from './fuzz-target.js';

const seed = Number(process.env['RENDEZVOUS_FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const caseCount = Number(process.env['RENDEZVOUS_FUZZ_CASES'] ?? 50_000);

function failureOf(inputs: readonly FuzzInput[], create?: () => FuzzedNode): string | undefined {
  try {
    runCase(inputs, create);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

test('no input makes a node answer wrongly, leak or throw', { timeout: 600_000 }, () => {
  process.stdout.write(`fuzzing ${caseCount} cases from RENDEZVOUS_FUZZ_SEED=${seed}\n`);
  for (let number = seed; number < seed + caseCount; number++) {
    const inputs = createCase(new Random(number));
    if (failureOf(inputs) === undefined) continue;
    const least = shrinkCase(inputs, (shorter) => failureOf(shorter) !== undefined);
    const replay = `RENDEZVOUS_FUZZ_SEED=${number} RENDEZVOUS_FUZZ_CASES=1 npx vitest run --project sim packages/server/test/fuzz`;
    expect.fail(`${String(failureOf(least))}\nreplay: ${replay}\n${explainCase(least)}`);
  }
});

/** A node that calls everything consistent. */
function createLiar(nowMs: number): FuzzedNode {
  const node = createFuzzedNode(nowMs);
  const receive = node.receive.bind(node);
  node.receive = (session, message, atMs) =>
    receive(session, message, atMs).map((effect) => {
      if (effect.kind !== 'reply' || effect.message.body.kind !== 'waitAnswer') return effect;
      const body = { ...effect.message.body, status: 'consistent' } as const;
      return { ...effect, message: { id: effect.message.id, body } };
    });
  return node;
}

test('a node that lies is found out soon, and the least that shows it is told', () => {
  const fails = (inputs: readonly FuzzInput[]): boolean =>
    failureOf(inputs, () => createLiar(1_000)) !== undefined;
  let number = 1;
  while (!fails(createCase(new Random(number)))) expect(number++).toBeLessThan(2_000);
  const least = shrinkCase(createCase(new Random(number)), fails);
  // An open, its sync and a wait, or a batch and a wait.
  expect(least.length).toBeLessThanOrEqual(3);
  expect(failureOf(least, () => createLiar(1_000))).toMatch(/consistent, although .* is open/);
});
