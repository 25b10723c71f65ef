/**
 * The default journal: LevelDB in a directory of this machine, through `classic-level`.
 *
 * What is appended while a commit is under way shares the next one (group commit), and an append
 * resolves only after its commit was synced to the disk. A commit is one LevelDB batch: all of it is
 * there after a crash, or nothing.
 *
 *    append ─▶ queue ─▶ commit (batch + sync) ─▶ resolve      one commit at a time
 *                          └── fails ─▶ everything rejects from then on: the node must end (rule 20)
 *
 * Each start gives the journal a new random id and keeps the ones before (rule 3): a directory that
 * was restored from an older copy never gives a place out twice. What it does not do: keep a second
 * copy. A disk that is lost takes the journal along; waits on what stood in it answer `unknown`.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { RendezvousError } from '@rendezvous/protocol';
import { ClassicLevel } from 'classic-level';
import type { RecoveredJournal } from '../core/core-state.js';
import type { JournalRecord } from '../core/effect.js';
import type { Journal, Log } from '../ports.js';
import {
  type AcknowledgedHead,
  createAcknowledgedHead,
  readAcknowledgedHead,
} from './acknowledged-head.js';
import { Commit } from './commit.js';
import { type DiskRoom, watchDiskRoom } from './disk-room.js';
import { type EntryPlaces, SEGMENT_SPAN } from './entry-places.js';
import {
  type Database,
  readBlocks,
  recoverJournal,
  type StoredJournal,
} from './recover-journal.js';
import { blockKey, corrupt, encodeRecord, ENTRY_KEYS, PROGRESS_KEY } from './stored-journal.js';

export interface EmbeddedJournalOptions {
  /** Where the journal lies; made if it is not there. One process at a time has it. */
  readonly directory: string;
  /** Opens are refused (`journal_full`) while less is free on its disk. Bytes; default 67,108,864. */
  readonly reserveBytes?: number;
  /** Told when the disk is full, and when it has room again. Default: nothing is logged. */
  readonly log?: Log;
}

const RESERVE_BYTES = 64 * 1024 * 1024;
/** LevelDB keeps what was dropped until it compacts; asked to from so much on, it gives disk back. */
const COMPACT_BYTES_MIN = 8 * 1024 * 1024;

/**
 * Opens the journal in a directory, replayed, under a new id. Rejects with `journal_locked` while
 * another process has it, with `journal_corrupt` when what is there cannot be trusted or was written
 * by a newer version, with `journal_full` when its disk is full, and with `journal_failed` when the
 * directory cannot be used. Nothing is changed in the directory then.
 *
 * @example
 * const journal = await createEmbeddedJournal({ directory: 'rendezvous-data/eu' });
 * const node = await createServer({ ...options, journal });
 */
export async function createEmbeddedJournal(options: EmbeddedJournalOptions): Promise<Journal> {
  const { directory, reserveBytes = RESERVE_BYTES, log = () => undefined } = options;
  const database = await openDatabase(directory);
  try {
    const stored = await recoverJournal(database, await readAcknowledgedHead(directory));
    const acknowledged = await createAcknowledgedHead(directory);
    const room = await watchDiskRoom(directory, reserveBytes, (hasRoom) => {
      if (hasRoom) log({ level: 'info', event: 'journal_has_room', directory });
      else log({ level: 'error', event: 'journal_full', directory, reserveBytes });
    });
    return new EmbeddedJournal(database, stored, room, acknowledged);
  } catch (error) {
    await database.close();
    throw toJournalError(error, directory);
  }
}

interface Append {
  readonly records: readonly JournalRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class EmbeddedJournal implements Journal {
  readonly recovered: RecoveredJournal;
  readonly #database: Database;
  readonly #room: DiskRoom;
  readonly #acknowledged: AcknowledgedHead;
  readonly #places: EntryPlaces;
  #head: number;
  #horizon: string;
  /** How much had been dropped when LevelDB was last asked to compact. */
  #compactedBytes = 0;
  #compacting: Promise<void> | undefined;
  #queue: Append[] = [];
  #committing: Promise<void> | undefined;
  #failure: RendezvousError | undefined;
  #ending: Promise<void> | undefined;

  constructor(
    database: Database,
    stored: StoredJournal,
    room: DiskRoom,
    acknowledged: AcknowledgedHead,
  ) {
    this.#database = database;
    this.#room = room;
    this.#acknowledged = acknowledged;
    this.recovered = stored.recovered;
    this.#places = stored.places;
    this.#head = stored.recovered.head;
    this.#horizon = stored.recovered.horizon;
  }

  get hasRoom(): boolean {
    return this.#room.hasRoom;
  }

  append(records: readonly JournalRecord[]): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#queue.push({ records, resolve, reject });
      this.#committing ??= this.#commitAll();
    });
  }

  shutdown(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    this.#room.shutdown();
    await this.#committing;
    this.#failure ??= new RendezvousError('shut_down', 'the journal was shut down');
    await this.#acknowledged.shutdown();
    await this.#compacting;
    await this.#database.close();
  }

  /** Never rejects: who appended is told. */
  async #commitAll(): Promise<void> {
    // Whatever else this turn of the event loop appends shares the first commit.
    await Promise.resolve();
    while (this.#queue.length > 0 && !this.#failure) {
      const appends = this.#queue;
      this.#queue = [];
      try {
        await this.#commit(appends);
      } catch (error) {
        this.#failure = toJournalError(error, this.#database.location);
        for (const { reject } of [...appends, ...this.#queue]) reject(this.#failure);
        break;
      }
      for (const { resolve } of appends) resolve();
    }
    this.#committing = undefined;
  }

  async #commit(appends: readonly Append[]): Promise<void> {
    const places = this.#places;
    const commit = new Commit(places, this.#head, this.#horizon);
    await this.#moveOut(commit, countRecords(appends));
    for (const { records } of appends) {
      for (const record of records) commit.add(record);
    }
    const operations = commit.finish();
    [this.#head, this.#horizon] = [commit.head, commit.horizon];
    const { liveCount, firstBlock, nextBlock } = places;
    const progress = { head: this.#head, liveCount, horizon: this.#horizon, firstBlock, nextBlock };
    operations.push({ type: 'put', key: PROGRESS_KEY, value: encodeRecord(progress) });
    await this.#database.batch(operations, { sync: true });
    this.#acknowledged.note(this.#head);
    this.#compact();
  }

  /**
   * So that a few entries that live long do not keep all that came after them. Before the records,
   * while all blocks are on disk; faster than records come, but in small parts.
   */
  async #moveOut(commit: Commit, recordCount: number): Promise<void> {
    const places = this.#places;
    for (let count = 0; count <= 2 * (recordCount / SEGMENT_SPAN); count++) {
      const blocks = places.blocksToMove;
      if (!blocks) return;
      for await (const { block } of readBlocks(this.#database, blocks)) {
        for (const entry of block.entries) {
          if (places.isInBlock(entry.sequence)) commit.standAlone(entry);
        }
      }
      commit.dropDead();
    }
  }

  /** In the background. A failure is not ours to tell: the next commit meets it too. */
  #compact(): void {
    const { droppedBytes, byteCount, firstBlock } = this.#places;
    const dueBytes = droppedBytes - this.#compactedBytes;
    if (this.#compacting || dueBytes < Math.max(COMPACT_BYTES_MIN, byteCount)) return;
    this.#compactedBytes = droppedBytes;
    this.#compacting = this.#database
      .compactRange(ENTRY_KEYS.gte, blockKey(firstBlock))
      .catch(() => undefined)
      .finally(() => (this.#compacting = undefined));
  }
}

function countRecords(appends: readonly Append[]): number {
  return appends.reduce((count, { records }) => count + records.length, 0);
}

async function openDatabase(directory: string): Promise<Database> {
  try {
    await mkdir(directory, { recursive: true });
    const files = await readdir(directory);
    // LevelDB would begin anew, and nobody would notice.
    if (files.some((file) => /\.(ldb|log)$/.test(file)) && !files.includes('CURRENT')) {
      throw corrupt(`${directory} has data, and no file CURRENT that says which`);
    }
    const database: Database = new ClassicLevel(directory, {
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    await database.open();
    return database;
  } catch (error) {
    throw toJournalError(error, directory);
  }
}

/** What LevelDB or the file system reports, in our words. */
function toJournalError(error: unknown, directory: string): RendezvousError {
  if (error instanceof RendezvousError) return error;
  const reason = reasonOf(error);
  if (reason.code === 'LEVEL_LOCKED') {
    const message = `${directory} belongs to another process: one node has one data directory`;
    return new RendezvousError('journal_locked', message, { cause: error });
  }
  if (reason.code === 'LEVEL_CORRUPTION') return corrupt(`${directory}: ${reason.message}`, error);
  if (reason.code === 'ENOSPC' || /no space left/i.test(reason.message)) {
    const message = `the disk of ${directory} is full: make room and start the node again`;
    return new RendezvousError('journal_full', message, { cause: error });
  }
  const message = `the journal in ${directory} failed: ${reason.message}`;
  return new RendezvousError('journal_failed', message, { cause: error });
}

/** `abstract-level` wraps: the innermost cause says what happened. */
function reasonOf(error: unknown): { readonly code: string; readonly message: string } {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  if (!(reason instanceof Error)) return { code: '', message: String(reason) };
  const { code } = reason as NodeJS.ErrnoException;
  return { code: code ?? '', message: reason.message };
}
