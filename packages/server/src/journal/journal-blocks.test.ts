/** What a journal makes of its blocks: the same entries as a plain map, in little room. */
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry } from '@rendezvous/protocol';
import { ClassicLevel } from 'classic-level';
import { expect, onTestFinished, test } from 'vitest';
import { openRecord, openRecords } from '../../test/journal-records.js';
import { Random } from '../../test/simulation/random.js';
import { createTemporaryDirectory } from '../../test/temporary-directory.js';
import type { JournalRecord } from '../core/effect.js';
import type { Journal } from '../ports.js';
import { createEmbeddedJournal } from './embedded-journal.js';
import { BLOCK_KEYS, blockKey, ENTRY_KEYS } from './stored-journal.js';

const seed = Number(process.env['RENDEZVOUS_BLOCKS_SEED'] ?? 1);

type Database = ClassicLevel<Uint8Array, Uint8Array>;
type KeyRange = typeof BLOCK_KEYS;

async function open(directory: string): Promise<Journal> {
  const journal = await createEmbeddedJournal({ directory });
  onTestFinished(() => journal.shutdown());
  return journal;
}

async function openDatabase(directory: string): Promise<Database> {
  const encodings = { keyEncoding: 'view', valueEncoding: 'view' };
  const database = new ClassicLevel<Uint8Array, Uint8Array>(directory, encodings);
  await database.open();
  onTestFinished(() => database.close());
  return database;
}

async function keysOf(database: Database, range: KeyRange): Promise<number> {
  return (await database.keys(range).all()).length;
}

function textOf(entries: readonly JournalEntry[]): string {
  const texts = entries.map(
    ({ sequence, bid, aborted }) => `${String(sequence)} ${bid} ${String(aborted)}`,
  );
  return texts.join('\n');
}

async function bytesOf(directory: string): Promise<number> {
  const files = await readdir(directory);
  const sizes = await Promise.all(
    files.map((name) => stat(join(directory, name)).then(({ size }) => size)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The journal as a map: what the real one must hold. */
class PlainJournal {
  readonly entries: Map<number, JournalEntry> = new Map();
  /** Those that may be collected or aborted, in no order. */
  readonly #ending: number[] = [];
  head = 0;

  next(random: Random, keptEvery: number): JournalRecord {
    const index = random.int(Math.min(this.#ending.length, 2_000) || 1);
    const sequence = this.#ending[index];
    const entry = sequence === undefined ? undefined : this.entries.get(sequence);
    if (entry === undefined || random.chance(0.5)) {
      if (++this.head % keptEvery !== 0) this.#ending.push(this.head);
      return this.#open(openRecord(this.head).entry);
    }
    if (random.chance(0.1)) return this.#open({ ...entry, aborted: true });
    this.#ending[index] = this.#ending.at(-1) ?? 0;
    this.#ending.pop();
    this.entries.delete(entry.sequence);
    return { kind: 'collect', sequence: entry.sequence };
  }

  #open(entry: JournalEntry): JournalRecord {
    this.entries.set(entry.sequence, entry);
    return { kind: 'open', entry };
  }
}

test.each([1_000_000, 20])(
  `promise 2: any opens, aborts and collects are there after a restart; every %ith stays (seed ${String(seed)})`,
  async (keptEvery) => {
    const random = new Random(seed);
    const plain = new PlainJournal();
    const directory = await createTemporaryDirectory();
    for (let start = 0; start < 12; start++) {
      const journal = await open(directory);
      const { head, entries } = journal.recovered;
      const expected = [...plain.entries.values()].sort(
        (one, other) => one.sequence - other.sequence,
      );
      expect(head).toBe(plain.head);
      expect(textOf(entries)).toBe(textOf(expected));
      const sizeMax = random.chance(0.5) ? 5 : 3_000;
      for (let append = random.int(12); append >= 0; append--) {
        const appends = Array.from({ length: 1 + random.int(3) }, () =>
          Array.from({ length: 1 + random.int(sizeMax) }, () => plain.next(random, keptEvery)),
        );
        await Promise.all(appends.map((records) => journal.append(records)));
      }
      await journal.shutdown();
    }
    expect(plain.head).toBeGreaterThan(5_000);
  },
);

test('an entry that stays does not keep those that came after it', async () => {
  const directory = await createTemporaryDirectory();
  const journal = await open(directory);
  for (let from = 1; from < 60_000; from += 1_000) {
    await journal.append(openRecords(from, from + 999));
    const collects = Array.from({ length: 999 }, (_, index) => from + 1 + index);
    await journal.append(collects.map((sequence) => ({ kind: 'collect', sequence })));
  }
  await journal.shutdown();
  const database = await openDatabase(directory);
  const [lone, blocks] = [await keysOf(database, ENTRY_KEYS), await keysOf(database, BLOCK_KEYS)];
  await database.close();
  expect(lone).toBeGreaterThan(40);
  expect(blocks).toBeLessThan(50);
  const { entries } = (await open(directory)).recovered;
  expect(entries.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 60 }, (_, index) => index * 1_000 + 1),
  );
});

test('the directory shrinks when all was collected, in whatever order', async () => {
  const directory = await createTemporaryDirectory();
  const journal = await open(directory);
  for (let from = 1; from <= 6_000; from += 500) {
    // What is random does not get smaller by compression.
    const records = openRecords(from, from + 499).map(({ entry }) =>
      openRecord(entry.sequence, { keys: [randomBytes(3_072)] }),
    );
    await journal.append(records);
  }
  const fullBytes = await bytesOf(directory);
  for (const parity of [0, 1]) {
    for (let from = 1; from <= 6_000; from += 500) {
      const sequences = Array.from({ length: 250 }, (_, index) => from + 2 * index + parity);
      await journal.append(sequences.map((sequence) => ({ kind: 'collect', sequence })));
    }
  }
  await journal.shutdown();
  expect((await bytesOf(directory)) / fullBytes).toBeLessThan(0.5);
  expect((await open(directory)).recovered).toMatchObject({ head: 6_000, entries: [] });
});

test.each([
  { what: 'is missing in the middle', from: 1, to: undefined, message: /the block 1 is missing/ },
  { what: 'is missing at the front', from: 0, to: undefined, message: /the block 0 is missing/ },
  { what: 'is missing at the end', from: 2, to: undefined, message: /the block 2 is missing/ },
  { what: 'is there twice', from: 0, to: 2, message: /entry 1 stands in the wrong block/ },
  { what: 'that nobody wrote is there', from: 0, to: 3, message: /progress does not know/ },
])('a journal of which a block $what is refused', async ({ from, to, message }) => {
  const directory = await createTemporaryDirectory();
  const journal = await open(directory);
  for (const record of openRecords(1, 3)) await journal.append([record]);
  await journal.shutdown();
  const database = await openDatabase(directory);
  if (to === undefined) await database.del(blockKey(from));
  else await database.put(blockKey(to), (await database.get(blockKey(from))) ?? Uint8Array.of());
  await database.close();
  const opening = open(directory);
  await expect(opening).rejects.toMatchObject({ code: 'journal_corrupt' });
  await expect(opening).rejects.toThrow(message);
});
