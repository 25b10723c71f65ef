/** The journals that a node can be measured with. */
import { createMemoryJournal, type Journal } from '@rendezvous/server';

export type OpenJournalName = 'memory';

type CreateJournal = (directory: string) => Promise<Journal>;

const FACTORIES: Readonly<Record<OpenJournalName, CreateJournal>> = {
  memory: () => Promise.resolve(createMemoryJournal()),
};

export const OPEN_JOURNALS: readonly OpenJournalName[] = ['memory'];

export function isOpenJournal(name: string): name is OpenJournalName {
  return Object.hasOwn(FACTORIES, name);
}

/** `directory` does not exist yet, and is the journal's alone. */
export function createOpenJournal(name: OpenJournalName, directory: string): Promise<Journal> {
  return FACTORIES[name](directory);
}
