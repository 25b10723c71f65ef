import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect, onTestFinished, test } from 'vitest';
import { openRecord, openRecords } from '../../test/journal-records.js';
import { createTemporaryDirectory } from '../../test/temporary-directory.js';
import { mintId } from '../../test/test-node.js';
import type { Journal, LogEvent } from '../ports.js';
import { createEmbeddedJournal } from './embedded-journal.js';
import { testJournal } from './journal-conformance.js';
import { encodeRecord, IDENTITY_KEY, PROGRESS_KEY } from './stored-journal.js';

testJournal(async () => open(await createTemporaryDirectory()));

async function open(directory: string): Promise<Journal> {
  const journal = await createEmbeddedJournal({ directory });
  onTestFinished(() => journal.shutdown());
  return journal;
}

/** Leaves a journal with these sequences behind. */
async function leave(directory: string, from: number, to: number): Promise<void> {
  const journal = await open(directory);
  for (const record of openRecords(from, to)) await journal.append([record]);
  await journal.shutdown();
}

async function fileOf(directory: string, suffix: string): Promise<string> {
  const files = (await readdir(directory)).filter((name) => name.endsWith(suffix)).sort();
  return join(directory, files.at(-1) ?? '');
}

test('promise 2: a journal that is opened again has what was appended', async () => {
  const directory = await createTemporaryDirectory();
  const keys = [Uint8Array.of(0, 255), new Uint8Array(3_072).fill(7)];
  const kept = openRecord(1, { keys, position: 'a/17', leaseMs: 9, marker: mintId() });
  const [collected, aborted] = [openRecord(2), openRecord(3)];
  const horizon = mintId();
  const first = await open(directory);
  await first.append([kept, collected]);
  await first.append([aborted]);
  await first.append([
    { kind: 'open', entry: { ...aborted.entry, aborted: true } },
    { kind: 'horizon', rid: horizon },
    { kind: 'collect', sequence: 2 },
  ]);
  await first.shutdown();
  const { recovered } = await open(directory);
  expect(recovered).toMatchObject({ head: 3, horizon });
  expect(recovered.entries.map(({ sequence }) => sequence)).toEqual([1, 3]);
  expect({ ...recovered.entries[0], keys: [] }).toEqual({ ...kept.entry, keys: [] });
  expect(recovered.entries[0]?.keys.map((key) => Uint8Array.from(key))).toEqual(keys);
  expect(recovered.entries[1]).toMatchObject({ bid: aborted.entry.bid, aborted: true });
});

test('rule 3: the next sequence is kept for itself, whatever entries are left', async () => {
  const directory = await createTemporaryDirectory();
  const first = await open(directory);
  await first.append(openRecords(1, 3));
  await first.append([1, 2, 3].map((sequence) => ({ kind: 'collect', sequence })));
  await first.shutdown();
  const { recovered } = await open(directory);
  expect(recovered).toMatchObject({ head: 3, entries: [] });
});

test('rule 3: every start has a new id, and knows the ones before that gave places out', async () => {
  const directory = await createTemporaryDirectory();
  const ids: string[] = [];
  for (const [from, to] of [[1, 2], [], [3, 5]]) {
    const journal = await open(directory);
    ids.push(journal.recovered.id);
    if (from !== undefined && to !== undefined) await journal.append(openRecords(from, to));
    await journal.shutdown();
  }
  const { recovered } = await open(directory);
  expect(new Set([...ids, recovered.id]).size).toBe(4);
  expect(recovered.predecessors).toEqual([
    { journal: ids[2], sequence: 5 },
    { journal: ids[0], sequence: 2 },
  ]);
});

test('entries come back in the order of their sequences, however many there are', async () => {
  const directory = await createTemporaryDirectory();
  const first = await open(directory);
  await Promise.all(openRecords(1, 3_000).map((record) => first.append([record])));
  await first.shutdown();
  const { entries } = (await open(directory)).recovered;
  expect(entries.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 3_000 }, (_, index) => index + 1),
  );
});

test('a directory that a journal has open is refused to others, and the journal goes on', async () => {
  const directory = await createTemporaryDirectory();
  const first = await open(directory);
  await expect(open(directory)).rejects.toMatchObject({ code: 'journal_locked' });
  await expect(first.append([openRecord(1)])).resolves.toBeUndefined();
});

test('a byte that changed in the middle is found out, and nothing is made of the rest', async () => {
  const directory = await createTemporaryDirectory();
  await leave(directory, 1, 200);
  const log = await fileOf(directory, '.log');
  const bytes = await readFile(log);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  await writeFile(log, bytes);
  await expect(open(directory)).rejects.toMatchObject({ code: 'journal_corrupt' });
});

test('what follows the last commit, torn as it is, is not missed', async () => {
  const directory = await createTemporaryDirectory();
  await leave(directory, 1, 3);
  await appendFile(await fileOf(directory, '.log'), Uint8Array.of(1, 2, 3, 4, 5));
  expect((await open(directory)).recovered).toMatchObject({ head: 3 });
});

test('a directory whose data lost its index is not taken for an empty one', async () => {
  const directory = await createTemporaryDirectory();
  await leave(directory, 1, 3);
  await rm(join(directory, 'CURRENT'));
  await expect(open(directory)).rejects.toMatchObject({ code: 'journal_corrupt' });
});

const foreign: readonly { what: string; key: Uint8Array; value: Uint8Array; message: RegExp }[] = [
  {
    what: 'of a newer format',
    key: IDENTITY_KEY,
    value: Buffer.from('{"format":3,"what":"ever"}'),
    message: /format 3, this version knows up to 2/,
  },
  {
    what: 'whose identity is cut off',
    key: IDENTITY_KEY,
    value: Buffer.from('{"format":1,"id":'),
    message: /identity cannot be read/,
  },
  {
    what: 'whose id is none',
    key: IDENTITY_KEY,
    value: encodeRecord({ format: 1, id: 'x', predecessors: [] }),
    message: /identity makes no sense/,
  },
  {
    what: 'whose head is below its entries',
    key: PROGRESS_KEY,
    value: encodeRecord({ head: 2, liveCount: 3, horizon: '', firstBlock: 0, nextBlock: 3 }),
    message: /3 entries up to 2, not 3 up to 3/,
  },
  {
    what: 'whose progress is no object',
    key: PROGRESS_KEY,
    value: Buffer.from('17'),
    message: /progress cannot be read/,
  },
  {
    what: 'with an entry that nobody wrote',
    key: Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 9),
    value: Uint8Array.of(1, 2, 3),
    message: /entry 9 was changed on disk/,
  },
];

test.each(foreign)('a journal $what is refused', async ({ key, value, message }) => {
  const directory = await createTemporaryDirectory();
  await leave(directory, 1, 3);
  const database = new ClassicLevel<Uint8Array, Uint8Array>(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  await database.put(key, value);
  await database.close();
  const opening = open(directory);
  await expect(opening).rejects.toMatchObject({ code: 'journal_corrupt' });
  await expect(opening).rejects.toThrow(message);
});

test('a directory that is a file is refused', async () => {
  const file = join(await createTemporaryDirectory(), 'data');
  await writeFile(file, 'not a directory');
  await expect(open(file)).rejects.toMatchObject({ code: 'journal_failed' });
});

test('a disk without its reserve has no room, and that is logged', async () => {
  const events: LogEvent[] = [];
  const journal = await createEmbeddedJournal({
    directory: await createTemporaryDirectory(),
    reserveBytes: Number.MAX_SAFE_INTEGER,
    log: (event) => events.push(event),
  });
  onTestFinished(() => journal.shutdown());
  expect(journal.hasRoom).toBe(false);
  expect(events).toMatchObject([{ level: 'error', event: 'journal_full' }]);
  await expect(journal.append([{ kind: 'collect', sequence: 1 }])).resolves.toBeUndefined();
});
