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
import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { encodeJournalId, type JournalEntry, RendezvousError } from '@rendezvous/protocol';
import { ClassicLevel } from 'classic-level';
import type { RecoveredJournal } from '../core/core-state.js';
import type { JournalRecord } from '../core/effect.js';
import type { Journal, Log } from '../ports.js';
import {
  type AcknowledgedHead,
  createAcknowledgedHead,
  readAcknowledgedHead,
} from './acknowledged-head.js';
import { type DiskRoom, watchDiskRoom } from './disk-room.js';
import {
  corrupt,
  decodeEntry,
  decodeIdentity,
  decodeProgress,
  encodeEntry,
  encodeRecord,
  ENTRY_KEYS,
  entryKey,
  type Identity,
  IDENTITY_KEY,
  JOURNAL_FORMAT,
  type Progress,
  PROGRESS_KEY,
} from './stored-journal.js';

export interface EmbeddedJournalOptions {
  /** Where the journal lies; made if it is not there. One process at a time has it. */
  readonly directory: string;
  /** Opens are refused (`journal_full`) while less is free on its disk. Bytes; default 67,108,864. */
  readonly reserveBytes?: number;
  /** Told when the disk is full, and when it has room again. Default: nothing is logged. */
  readonly log?: Log;
}

const RESERVE_BYTES = 64 * 1024 * 1024;
/** Bookmarks live minutes; a node that starts more often than this in that time has other worries. */
const PREDECESSOR_COUNT_MAX = 64;
const READ_COUNT = 1_000;

type Database = ClassicLevel<Uint8Array, Uint8Array>;

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
    const recovered = await recover(database, await readAcknowledgedHead(directory));
    const acknowledged = await createAcknowledgedHead(directory);
    const room = await watchDiskRoom(directory, reserveBytes, (hasRoom) => {
      if (hasRoom) log({ level: 'info', event: 'journal_has_room', directory });
      else log({ level: 'error', event: 'journal_full', directory, reserveBytes });
    });
    return new EmbeddedJournal(database, recovered, room, acknowledged);
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

type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

class EmbeddedJournal implements Journal {
  readonly recovered: RecoveredJournal;
  readonly #database: Database;
  readonly #room: DiskRoom;
  readonly #acknowledged: AcknowledgedHead;
  #progress: Progress;
  #queue: Append[] = [];
  #committing: Promise<void> | undefined;
  #failure: RendezvousError | undefined;
  #ending: Promise<void> | undefined;

  constructor(
    database: Database,
    recovered: RecoveredJournal,
    room: DiskRoom,
    acknowledged: AcknowledgedHead,
  ) {
    this.#database = database;
    this.#room = room;
    this.#acknowledged = acknowledged;
    this.recovered = recovered;
    const { head, horizon, entries } = recovered;
    this.#progress = { head, horizon, liveCount: entries.length };
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
    const operations: Operation[] = [];
    let { head, liveCount, horizon } = this.#progress;
    for (const { records } of appends) {
      for (const record of records) {
        operations.push(...operationOf(record));
        if (record.kind === 'horizon') horizon = record.rid;
        else if (record.kind === 'collect') liveCount--;
        else if (record.entry.sequence > head) {
          head = record.entry.sequence;
          liveCount++;
        }
      }
    }
    this.#progress = { head, liveCount, horizon };
    operations.push({ type: 'put', key: PROGRESS_KEY, value: encodeRecord(this.#progress) });
    await this.#database.batch(operations, { sync: true });
    this.#acknowledged.note(head);
  }
}

function operationOf(record: JournalRecord): Operation[] {
  switch (record.kind) {
    case 'open': {
      const { entry } = record;
      return [{ type: 'put', key: entryKey(entry.sequence), value: encodeEntry(entry) }];
    }
    case 'collect':
      return [{ type: 'del', key: entryKey(record.sequence) }];
    case 'horizon':
      return [];
  }
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

/** Reads everything, checks that it is whole, and gives the journal its new id, durably. */
async function recover(database: Database, acknowledgedHead: number): Promise<RecoveredJournal> {
  const stored = await database.get(IDENTITY_KEY);
  const before = stored && decodeIdentity(stored);
  if (before && before.format > JOURNAL_FORMAT) throw newerFormat(before.format);
  const progress = await database.get(PROGRESS_KEY);
  const entries = await readEntries(database);
  const { head, liveCount, horizon } = progress
    ? decodeProgress(progress)
    : { head: 0, liveCount: 0, horizon: '' };
  if (!before && (progress || entries.length > 0)) throw corrupt('it has entries and no identity');
  if (entries.length !== liveCount || (entries.at(-1)?.sequence ?? 0) > head) {
    const found = `${String(entries.length)} up to ${String(entries.at(-1)?.sequence ?? 0)}`;
    throw corrupt(
      `it should have ${String(liveCount)} entries up to ${String(head)}, not ${found}`,
    );
  }
  if (head < acknowledgedHead) {
    const missing = `${String(head)} is its end, ${String(acknowledgedHead)} was acknowledged`;
    throw corrupt(`its end is missing: ${missing}`);
  }
  const identity = succeed(before, head);
  await database.put(IDENTITY_KEY, encodeRecord(identity), { sync: true });
  return { id: identity.id, predecessors: identity.predecessors, head, entries, horizon };
}

function succeed(before: Identity | undefined, head: number): Identity {
  const id = encodeJournalId(randomBytes(10));
  // Under an id that gave no place out, nothing can be asked for.
  const isNamed = before && head > (before.predecessors[0]?.sequence ?? 0);
  const named = isNamed ? [{ journal: before.id, sequence: head }] : [];
  const predecessors = [...named, ...(before?.predecessors ?? [])].slice(0, PREDECESSOR_COUNT_MAX);
  return { format: JOURNAL_FORMAT, id, predecessors };
}

async function readEntries(database: Database): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  const iterator = database.iterator(ENTRY_KEYS);
  try {
    for (;;) {
      const chunk = await iterator.nextv(READ_COUNT);
      if (chunk.length === 0) return entries;
      for (const [key, value] of chunk) entries.push(decodeEntry(key, value));
    }
  } finally {
    await iterator.close();
  }
}

function newerFormat(format: number): RendezvousError {
  const message =
    `the journal has format ${String(format)}, this version knows up to ${String(JOURNAL_FORMAT)}: ` +
    'run the version that wrote it, or a later one';
  return new RendezvousError('journal_corrupt', message);
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
