interface Queryable {
  query(text: string): Promise<unknown>;
}

/** Turns callback form into a promise of all that the callback was given. */
export function called(
  start: (callback: (...given: unknown[]) => void) => unknown,
): Promise<unknown> {
  return new Promise((resolve) => {
    const returned = start((...given) => {
      resolve({ given: given.map(toOutcome), returned: typeof returned });
    });
  });
}

/** What a test compares: an error's own fields do not include its message. */
export function toOutcome(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const fields = Object.fromEntries(Object.entries(value));
  return { class: value.constructor, name: value.name, message: value.message, fields };
}

export async function settle(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => ({ resolved: value }),
    (error: unknown) => ({ rejected: toOutcome(error) }),
  );
}

export async function settleAll(...promises: Promise<unknown>[]): Promise<unknown> {
  const outcomes: unknown[] = [];
  for (const promise of promises) outcomes.push(await settle(promise));
  return outcomes;
}

/** Issues one text after the other, on after errors. */
export async function all(client: Queryable, ...texts: string[]): Promise<unknown> {
  const outcomes: unknown[] = [];
  for (const text of texts) outcomes.push(await settle(client.query(text)));
  return outcomes;
}
