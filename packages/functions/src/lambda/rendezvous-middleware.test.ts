import middy from '@middy/core';
import { expect, onTestFinished, test } from 'vitest';
import { BOOKMARK, OTHER, createCarrying } from '../../test/bookmarks.js';
import { CONTEXT } from '../../test/local-queues.js';
import { rendezvousMiddleware } from './rendezvous-middleware.js';

const toEvent = (bookmark: string): object => ({ _rendezvous: `rendezvous=${bookmark}` });
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** A middleware that takes its time. */
const slow = { before: nextTurn, after: nextTurn, onError: nextTurn };

/** Middy asks nothing else of a context. */
const context = CONTEXT as Parameters<ReturnType<typeof middy>>[1];

function listenToWarnings(): readonly string[] {
  const warnings: string[] = [];
  const listen = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  return warnings;
}

test('as the first middleware of middy it begins the request of the handler, one per invocation', async () => {
  const [warnings, rv] = [listenToWarnings(), createCarrying()];
  const handler = middy()
    .use([rendezvousMiddleware(rv), slow])
    .handler(async () => {
      await nextTurn();
      return rv.current();
    });
  const invoke = (event: object): Promise<unknown> => handler(event, context);
  await expect(Promise.all([invoke(toEvent(BOOKMARK)), invoke(toEvent(OTHER))])).resolves.toEqual([
    BOOKMARK,
    OTHER,
  ]);
  // What an earlier invocation entered is over.
  await expect(invoke({})).resolves.toBeUndefined();
  await nextTurn();
  expect(warnings).toEqual([]);
});

test('a handler that throws ends the request, too', async () => {
  const rv = createCarrying();
  const error = new Error('the own affair of the user');
  const handler = middy()
    .use(rendezvousMiddleware(rv))
    .handler(() => {
      throw error;
    });
  await expect(handler({}, context)).rejects.toBe(error);
});

test('behind another middleware it cannot reach the handler, and says so', async () => {
  const [warnings, rv] = [listenToWarnings(), createCarrying()];
  const handler = middy()
    .use([slow, rendezvousMiddleware(rv)])
    .handler(() => rv.current());
  await expect(
    rv.run(undefined, () => handler(toEvent(BOOKMARK), context)),
  ).resolves.toBeUndefined();
  await nextTurn();
  expect(warnings).toEqual([expect.stringContaining('put it before all others')]);
});
