/** What names of stores, regions and namespaces look like. Anchored: matches whole names only. */
export const NAME_PATTERN: RegExp = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** Whether `text` may name a store, a region or a namespace: 1 to 32 of a–z, 0–9 and `-`, not starting with `-`. */
export function isName(text: string): boolean {
  return NAME_PATTERN.test(text);
}
