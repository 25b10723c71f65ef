/** The journals that a node can be measured with. */
import { createEmbeddedJournal, createMemoryJournal, type Journal } from '@rendezvous/server';

export type OpenJournalName = 'memory' | 'embedded';

type CreateJournal = (directory: string) => Promise<Journal>;

const FACTORIES: Readonly<Record<OpenJournalName, CreateJournal>> = {
  memory: () => Promise.resolve(createMemoryJournal()),
  embedded: (directory) => createEmbeddedJournal({ directory }),
};

/** The first is what the others are compared with, unless the user names others. */
export const OPEN_JOURNALS: readonly OpenJournalName[] = ['memory', 'embedded'];

export function isOpenJournal(name: string): name is OpenJournalName {
  return Object.hasOwn(FACTORIES, name);
}

/** `directory` does not exist yet, and is the journal's alone. */
export function createOpenJournal(name: OpenJournalName, directory: string): Promise<Journal> {
  return FACTORIES[name](directory);
}
