/**
 * Power loss, as far as files can show it: the directory is copied at random moments of a run, and the
 * copy's log is cut at a random byte behind its last sync. Every copy must open, and know every append
 * that was acknowledged before that sync.
 */
import { cp, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRecord } from '../../test/journal-records.js';
import { createTemporaryDirectory } from '../../test/temporary-directory.js';
import { Random } from '../../test/simulation/random.js';
import { createEmbeddedJournal } from './embedded-journal.js';

const COPY_COUNT = 60;
const seed = Number(process.env['RENDEZVOUS_COPIES_SEED'] ?? 1);

test(`promise 2: copies at random write boundaries know what was acknowledged (seed ${String(seed)})`, async () => {
  const random = new Random(seed);
  const [directory, copies] = [await createTemporaryDirectory(), await createTemporaryDirectory()];
  const journal = await createEmbeddedJournal({ directory });
  let appended = 0;
  let recordCount = 0;
  for (let copy = 0; copy < COPY_COUNT; copy++) {
    for (let append = random.int(4); append >= 0; append--) {
      const records = Array.from({ length: 1 + random.int(5) }, () => openRecord(++appended));
      await journal.append(records);
    }
    const [acknowledged, syncedBytes] = [appended, await logBytes(directory)];
    // Half of the copies are taken while more is being written.
    const pending = random.chance(0.5)
      ? journal.append([openRecord(++appended)])
      : Promise.resolve();
    const target = join(copies, String(copy));
    await cp(directory, target, { recursive: true, filter: isCopied });
    await pending;
    const endBytes = await logBytes(target);
    await truncate(await logOf(target), syncedBytes + random.int(endBytes - syncedBytes + 1));
    recordCount += await expectAll(target, acknowledged);
  }
  await journal.shutdown();
  expect(recordCount).toBeGreaterThan(COPY_COUNT);
});

async function expectAll(directory: string, acknowledged: number): Promise<number> {
  const journal = await createEmbeddedJournal({ directory });
  const sequences = journal.recovered.entries.map(({ sequence }) => sequence);
  await journal.shutdown();
  expect(sequences.slice(0, acknowledged)).toEqual(
    Array.from({ length: acknowledged }, (_, index) => index + 1),
  );
  return sequences.length;
}

/** LOCK is nobody's data; what was acknowledged is noted behind the commits, and may be ahead of a copy. */
function isCopied(path: string): boolean {
  return !path.endsWith('LOCK') && !path.endsWith('ACKNOWLEDGED');
}

async function logOf(directory: string): Promise<string> {
  const logs = (await readdir(directory)).filter((name) => name.endsWith('.log')).sort();
  return join(directory, logs.at(-1) ?? '');
}

async function logBytes(directory: string): Promise<number> {
  return (await stat(await logOf(directory))).size;
}
