import type { PgClient, PgConnection, Submittable } from './driver.js';

/** A query object under way. */
export interface Submitted {
  /** Resolves when the server is done with it: with its error, or with undefined. */
  readonly done: Promise<{ readonly error: unknown } | undefined>;
  /** Lets the query object know that it is done. Call it exactly once. */
  readonly announce: () => void;
}

/** Whether `value` is a query object that the driver hands its messages to. */
export function isSubmittable(value: unknown): value is Submittable {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { readonly submit?: unknown }).submit === 'function'
  );
}

/**
 * Gives `query` to the driver and keeps its end back until `announce`, so that its owner learns of
 * the end only when a write is covered by the bookmark. Rows and errors pass at once.
 */
export function submit(
  client: PgClient,
  query: Submittable,
  parameters: readonly unknown[],
): Submitted {
  const handleReadyForQuery = query.handleReadyForQuery.bind(query);
  const handleError = query.handleError.bind(query);
  let failure: { readonly error: unknown } | undefined;
  let announcement: (() => void) | undefined;
  let announced = false;

  const done = new Promise<typeof failure>((resolve) => {
    query.handleReadyForQuery = (...messages: [PgConnection]) => {
      announcement = () => {
        handleReadyForQuery(...messages);
      };
      if (announced) announcement();
      resolve(failure);
    };
    // The driver does not report the end of a query that failed.
    query.handleError = (error, ...rest: [PgConnection]) => {
      failure ??= { error };
      handleError(error, ...rest);
      resolve(failure);
    };
  });
  Reflect.apply(client.query, client, [query, ...parameters]);
  const announce = (): void => {
    announced = true;
    announcement?.();
  };
  return { done, announce };
}
