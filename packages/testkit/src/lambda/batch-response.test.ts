import { expect, test } from 'vitest';
import { failedMessages } from './batch-response.js';

const IDS = ['a', 'b'];

/** AWS: "Success and failure conditions" of partial batch responses. */
test.each([
  { answer: '{"batchItemFailures":[{"itemIdentifier":"b"}]}', failed: ['b'] },
  { answer: '{"batchItemFailures":[]}', failed: [] },
  { answer: '{"batchItemFailures":null}', failed: [] },
  { answer: '{}', failed: [] },
  { answer: 'null', failed: [] },
  { answer: '"text"', failed: IDS },
  { answer: 'no JSON', failed: IDS },
  { answer: '{"batchItemFailures":[{"itemIdentifier":""}]}', failed: IDS },
  { answer: '{"batchItemFailures":[{"itemIdentifier":null}]}', failed: IDS },
  { answer: '{"batchItemFailures":[{"other":"a"}]}', failed: IDS },
  { answer: '{"batchItemFailures":[{"itemIdentifier":"unknown"}]}', failed: IDS },
])('of the answer $answer, $failed go back', ({ answer, failed }) => {
  const outcome = { kind: 'success', payload: Buffer.from(answer), log: [] } as const;
  expect([...failedMessages(outcome, IDS, true)]).toEqual(failed);
});

test('a function that failed gives all back; one whose mapping does not ask for failures gives none', () => {
  const payload = Buffer.from('{"batchItemFailures":[{"itemIdentifier":"a"}]}');
  expect([...failedMessages({ kind: 'timeout', payload, log: [] }, IDS, true)]).toEqual(IDS);
  expect([...failedMessages({ kind: 'success', payload, log: [] }, IDS, false)]).toEqual([]);
});
