/**
 * The newest sequence that was certainly on disk, in a small file of its own beside the journal.
 *
 * LevelDB's recovery silently leaves out a tail that it cannot read: right for one that was never
 * synced, wrong for one that the disk has spoiled since. This file tells the two apart. It is written
 * behind the commits and not synced: after a power failure it may lag, which makes the check weaker,
 * never wrong.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'ACKNOWLEDGED';
/** As many digits as the largest sequence has, so that a shorter number leaves nothing behind. */
const DIGITS = 16;

export interface AcknowledgedHead {
  /** Notes that everything up to here was synced. Never waits, never fails. */
  note(head: number): void;
  shutdown(): Promise<void>;
}

/** The noted head; 0 when there is none. */
export async function readAcknowledgedHead(directory: string): Promise<number> {
  try {
    const head = Number(await readFile(join(directory, FILE), 'utf8'));
    return Number.isSafeInteger(head) ? head : 0;
  } catch {
    return 0;
  }
}

export async function createAcknowledgedHead(directory: string): Promise<AcknowledgedHead> {
  const path = join(directory, FILE);
  // Opened without truncating: a crash right here must not forget what was noted.
  const file = await open(path, 'r+').catch(() => open(path, 'w+'));
  let noted = -1;
  let written = -1;
  let writing: Promise<void> | undefined;
  const writeAll = async (): Promise<void> => {
    while (written !== noted) {
      const head = noted;
      await writeHead(file, head);
      written = head;
    }
    writing = undefined;
  };
  return {
    note: (head) => {
      noted = head;
      writing ??= writeAll().catch(() => undefined);
    },
    shutdown: async () => {
      await writing;
      await file.close();
    },
  };
}

async function writeHead(file: FileHandle, head: number): Promise<void> {
  await file.write(String(head).padStart(DIGITS, '0'), 0, 'ascii');
}
