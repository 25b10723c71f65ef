/** At least one value. */
export type Group<T> = [T, ...T[]];

/** Values with the same key together, in the order of each group's first. */
export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Group<T>[] {
  const groups = new Map<string, Group<T>>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return [...groups.values()];
}
