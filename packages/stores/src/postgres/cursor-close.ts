import { createGate } from '../gate.js';
import type { Submittable } from './driver.js';

type CloseCallback = (error?: unknown) => void;

/** The part of `pg-cursor` that is used. A query stream keeps one inside. */
interface Cursor {
  readonly text?: unknown;
  close: (callback?: CloseCallback) => Promise<void> | undefined;
}

/** What the shim says of a query object on its way. */
export interface CloseHold {
  /** It has been given to the driver, or never will be. */
  readonly submitted: () => void;
  /** Whatever it wrote is covered by the bookmark. */
  readonly settled: () => void;
}

/** The text of a query object, or of the cursor inside it. */
export function textOf(query: Submittable): string | undefined {
  const text = query.text ?? findCursor(query)?.text;
  return typeof text === 'string' ? text : undefined;
}

/**
 * Holds the `close` of a cursor back until the cursor was submitted, and its end until the cursor is
 * settled. One that is closed before it is submitted would stay open for good, and with it the
 * connection; one that wrote commits when it is closed, and its caller goes on from there.
 */
export function holdClose(query: Submittable): CloseHold {
  const submitted = createGate();
  const settled = createGate();
  const cursor = findCursor(query);
  if (cursor !== undefined) {
    const close = cursor.close.bind(cursor);
    const closeInTurn = async (): Promise<void> => {
      await submitted.promise;
      await close();
      await settled.promise;
    };
    cursor.close = (callback) => {
      const closed = closeInTurn();
      if (callback === undefined) return closed;
      closed.then(() => {
        setImmediate(callback);
      }, callback);
      return undefined;
    };
  }
  return { submitted: submitted.open, settled: settled.open };
}

function findCursor(query: Submittable): Cursor | undefined {
  const { cursor = query } = query as { readonly cursor?: unknown };
  const { close, read } = cursor as { readonly close?: unknown; readonly read?: unknown };
  return typeof close === 'function' && typeof read === 'function' ? (cursor as Cursor) : undefined;
}
