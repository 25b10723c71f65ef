/**
 * Makes the fixture of the journal's present format: run it once when JOURNAL_FORMAT rises, commit
 * what it made, and never make an old one anew.
 *
 *   node --conditions=rendezvous-source --import tsx packages/server/test/make-journal-fixture.ts
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createEmbeddedJournal } from '../src/journal/embedded-journal.js';
import { JOURNAL_FORMAT } from '../src/journal/stored-journal.js';
import { FIXTURE_ENTRIES, FIXTURE_HORIZON } from './journal-fixture.js';

const name = `./journal-fixtures/format-${String(JOURNAL_FORMAT)}`;
const directory = fileURLToPath(new URL(name, import.meta.url));
await rm(directory, { recursive: true, force: true });
for (const entries of [FIXTURE_ENTRIES.slice(0, 2), FIXTURE_ENTRIES.slice(2)]) {
  const journal = await createEmbeddedJournal({ directory });
  await journal.append(entries.map((entry) => ({ kind: 'open', entry })));
  await journal.append([
    { kind: 'collect', sequence: entries[0]?.sequence ?? 0 },
    { kind: 'horizon', rid: FIXTURE_HORIZON },
  ]);
  await journal.shutdown();
}
await rm(`${directory}/LOG.old`, { force: true });
await rm(`${directory}/LOG`, { force: true });
