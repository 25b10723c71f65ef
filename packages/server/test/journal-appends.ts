/**
 * A process that appends to a journal one by one, and says each time that it was acknowledged: for a
 * test that looks on at its system calls.
 *
 *   argv: directory, number of appends
 */
import { writeSync } from 'node:fs';
import { createEmbeddedJournal } from '../src/journal/embedded-journal.js';
import { openRecord } from './journal-records.js';

const [directory = '', count = '0'] = process.argv.slice(2);
const journal = await createEmbeddedJournal({ directory });
for (let sequence = 1; sequence <= Number(count); sequence++) {
  await journal.append([openRecord(sequence)]);
  writeSync(process.stdout.fd, `acknowledged ${String(sequence)}\n`);
}
await journal.shutdown();
