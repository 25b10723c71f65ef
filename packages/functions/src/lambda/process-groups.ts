/**
 * Groups are worked on beside each other, the records of one group in order: the first that fails takes
 * the rest of its group with it, unprocessed.
 */

export interface GroupFailure<Item> {
  readonly item: Item;
  readonly error: unknown;
  /** Those of its group that were not processed because it failed. */
  readonly skipped: readonly Item[];
}

/** Resolves when all is done, with what failed. Never rejects. */
export async function processGroups<Item>(
  groups: readonly (readonly Item[])[],
  concurrencyMax: number,
  process: (item: Item) => unknown,
): Promise<readonly GroupFailure<Item>[]> {
  const failures: GroupFailure<Item>[] = [];
  const waiting = groups.values();
  const work = async (): Promise<void> => {
    for (const group of waiting) {
      const failure = await processGroup(group, process);
      if (failure) failures.push(failure);
    }
  };
  const workerCount = Math.min(concurrencyMax, groups.length);
  await Promise.all(Array.from({ length: workerCount }, work));
  return failures;
}

async function processGroup<Item>(
  group: readonly Item[],
  process: (item: Item) => unknown,
): Promise<GroupFailure<Item> | undefined> {
  for (const [index, item] of group.entries()) {
    try {
      await process(item);
    } catch (error) {
      return { item, error, skipped: group.slice(index + 1) };
    }
  }
  return undefined;
}
