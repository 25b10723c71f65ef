import { testJournal } from './journal-conformance.js';
import { createMemoryJournal } from './memory-journal.js';

testJournal(() => Promise.resolve(createMemoryJournal()));
