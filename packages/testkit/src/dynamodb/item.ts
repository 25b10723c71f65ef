/** Items as DynamoDB's JSON has them. */

/** One value under the letters of its type: `{ S: 'text' }`. */
export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;
/** A request or an answer. */
export type Body = Readonly<Record<string, unknown>>;

/** What tells items of one table apart. */
export function toKeyText(key: Item): string {
  const entries = Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries);
}

/** The attributes of `item` that are named, as far as it has them. */
export function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(
    names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])),
  );
}
