/** What every journal must do, whether or not it survives anything. */
import { isJournalId } from '@rendezvous/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { openRecord } from '../../test/journal-records.js';
import type { Journal } from '../ports.js';

/** Registers the suite; `create` opens a new, empty journal. */
export function testJournal(create: () => Promise<Journal>): void {
  const start = async (): Promise<Journal> => {
    const journal = await create();
    onTestFinished(() => journal.shutdown());
    return journal;
  };

  test('rule 3: every new journal has an id of its own, and nothing in it', async () => {
    const [one, other] = [await start(), await start()];
    expect(isJournalId(one.recovered.id)).toBe(true);
    expect(one.recovered.id).not.toBe(other.recovered.id);
    expect(one.recovered).toMatchObject({ predecessors: [], head: 0, entries: [], horizon: '' });
  });

  test('appends that overlap resolve in the order of the calls', async () => {
    const journal = await start();
    const resolved: number[] = [];
    await Promise.all(
      [1, 2, 3, 4, 5].map(async (sequence) => {
        await journal.append([openRecord(sequence)]);
        resolved.push(sequence);
      }),
    );
    expect(resolved).toEqual([1, 2, 3, 4, 5]);
  });

  test('what was appended before the shutdown is finished by it', async () => {
    const journal = await start();
    const appended = journal.append([openRecord(1)]);
    await journal.shutdown();
    await expect(appended).resolves.toBeUndefined();
    await expect(journal.shutdown()).resolves.toBeUndefined();
  });

  test('a journal that was shut down takes nothing in', async () => {
    const journal = await start();
    await journal.shutdown();
    await expect(journal.append([openRecord(1)])).rejects.toMatchObject({ code: 'shut_down' });
  });
}
