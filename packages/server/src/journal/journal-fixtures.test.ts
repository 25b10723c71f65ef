/** A directory that any released version wrote must open in this one: `test/journal-fixtures`. */
import { cp, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { FIXTURE_ENTRIES, FIXTURE_HORIZON } from '../../test/journal-fixture.js';
import { createTemporaryDirectory } from '../../test/temporary-directory.js';
import { createEmbeddedJournal } from './embedded-journal.js';
import { JOURNAL_FORMAT } from './stored-journal.js';

const fixtures = fileURLToPath(new URL('../../test/journal-fixtures', import.meta.url));
const formats = Array.from({ length: JOURNAL_FORMAT }, (_, index) => `format-${String(index + 1)}`);

test('there is one fixture for each format that ever was', async () => {
  expect(await readdir(fixtures)).toEqual(formats);
});

test.each(formats)('a journal of %s opens, with all that stood in it', async (format) => {
  const directory = await createTemporaryDirectory();
  await cp(`${fixtures}/${format}`, directory, { recursive: true });
  const journal = await createEmbeddedJournal({ directory });
  onTestFinished(() => journal.shutdown());
  const { predecessors, head, entries, horizon } = journal.recovered;
  expect({ head, horizon }).toEqual({ head: 4, horizon: FIXTURE_HORIZON });
  expect(predecessors.map(({ sequence }) => sequence)).toEqual([4, 2]);
  const plain = entries.map((entry) => ({
    ...entry,
    keys: entry.keys.map((key) => Uint8Array.from(key)),
  }));
  expect(plain).toEqual(FIXTURE_ENTRIES.filter(({ sequence }) => sequence % 2 === 0));
});
