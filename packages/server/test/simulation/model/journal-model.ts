/** Journals as a node must know them: its own with what awaits a sync, and those of its peers. */
import type { Coverage, JournalPosition, Open, Opened } from '@rendezvous/protocol';
import type { RecoveredJournal } from '../../../src/core/core-state.js';
import type { Effect } from '../../../src/core/effect.js';

interface Progress {
  readonly peer: string;
  /** How far it was when, since the node started. */
  readonly steps: { readonly applied: number; readonly atMs: number }[];
  applied: number;
  head: number;
}

interface AwaitedOpen {
  readonly session: number;
  readonly id: number;
  readonly sequence: number;
}

export class JournalModel {
  readonly own: string;
  readonly predecessors: readonly JournalPosition[];
  /** Old id → the id that the journal has now, and up to where both are the same. */
  readonly #successors = new Map<string, { peer: string; journal: string; head: number }>();
  readonly #fail: (text: string) => never;
  readonly #progress = new Map<string, Progress>();
  readonly #current = new Map<string, string>();
  #appended: number;
  /** Ticket → the newest sequence that it makes durable. */
  readonly #tickets = new Map<number, number>();
  #awaited: readonly AwaitedOpen[] = [];
  /** Opens that the input at hand appended, by bid. */
  #appending = new Map<string, number>();

  constructor({ id, head, predecessors }: RecoveredJournal, fail: (text: string) => never) {
    this.own = id;
    this.predecessors = predecessors;
    this.#succeed('', id, predecessors);
    this.#fail = fail;
    this.#appended = head;
    this.#progress.set(id, { peer: '', steps: [], applied: head, head });
  }

  get durable(): number {
    return this.#progress.get(this.own)?.applied ?? 0;
  }

  get(journal: string): Readonly<Progress> | undefined {
    return this.#progress.get(journal);
  }

  /** The same place by the id that the journal has now. */
  currentPlace(place: JournalPosition): JournalPosition {
    const successor = this.#successors.get(place.journal);
    if (!successor || place.sequence > successor.head) return place;
    return { journal: successor.journal, sequence: place.sequence };
  }

  /** What is covered, by ids of then and of now. */
  withCurrentPlaces(coverage: Coverage): Coverage {
    const current = coverage.positions.map((place) => this.currentPlace(place));
    return { ...coverage, positions: [...coverage.positions, ...current] };
  }

  /** Whether it is the journal that the peer has now. */
  isOf(peer: string, journal: string): boolean {
    return this.#current.get(peer) === journal;
  }

  isCurrent(journal: string): boolean {
    const peer = this.#progress.get(journal)?.peer ?? '';
    return this.#current.get(peer) === journal;
  }

  /** What the input at hand appends: sequences follow each other, without a gap (rule 3). */
  appended(effects: readonly Effect[]): void {
    this.#appending = new Map();
    for (const effect of effects) {
      if (effect.kind !== 'append') continue;
      for (const record of effect.records) {
        if (record.kind !== 'open') continue;
        const { sequence, bid } = record.entry;
        // An entry that is there is put once more when its write was aborted.
        if (record.entry.aborted && sequence <= this.#appended) continue;
        if (sequence !== ++this.#appended)
          this.#fail(`sequence ${String(sequence)} is out of turn`);
        this.#appending.set(bid, sequence);
      }
      this.#tickets.set(effect.ticket, this.#appended);
    }
  }

  /** An open that needs an entry has got one. */
  append({ bid }: Open): number {
    return this.#appending.get(bid) ?? this.#fail(`the open of ${bid} is not appended`);
  }

  expectAcknowledgement(session: number, id: number, sequence: number): void {
    this.#awaited = [...this.#awaited, { session, id, sequence }];
  }

  acknowledged(session: number, id: number, { sequence }: Opened): void {
    const isThis = (one: AwaitedOpen): boolean =>
      one.session === session && one.id === id && one.sequence === sequence;
    if (!this.#awaited.some(isThis)) this.#fail(`sequence ${String(sequence)} was not awaited`);
    this.#awaited = this.#awaited.filter((one) => !isThis(one));
  }

  /** What is durable is acknowledged at once, though a retry waits for those that came before it. */
  checkAcknowledged(): void {
    const [late] = this.#awaited;
    if (late && late.sequence <= this.durable)
      this.#fail(`sequence ${String(late.sequence)} is durable, and not acknowledged`);
  }

  endSession(session: number): void {
    this.#awaited = this.#awaited.filter((one) => one.session !== session);
  }

  /** When a peer's journal was applied up to there: nothing before is known of what it says. */
  appliedAtMs(journal: string, sequence: number): number {
    const progress = this.#progress.get(journal);
    if (progress?.peer === '') return 0;
    return progress?.steps.find(({ applied }) => applied >= sequence)?.atMs ?? 0;
  }

  synced(ticket: number, nowMs: number): void {
    const head = this.#tickets.get(ticket) ?? this.#fail(`ticket ${String(ticket)} is not known`);
    this.apply(this.own, head, head, nowMs);
  }

  /** A batch of a journal has come. Returns the journal that the peer had before, if another. */
  seen(
    peer: string,
    journal: string,
    predecessors: readonly JournalPosition[],
    nowMs: number,
  ): string | undefined {
    const before = this.#current.get(peer);
    this.#current.set(peer, journal);
    if (!this.#progress.has(journal)) {
      this.#progress.set(journal, { peer, steps: [], applied: 0, head: 0 });
    }
    if (predecessors.length > 0) this.#succeed(peer, journal, predecessors);
    for (const old of predecessors) {
      const { applied = 0 } = this.#progress.get(old.journal) ?? {};
      this.apply(journal, Math.min(applied, old.sequence), 0, nowMs);
    }
    return before === journal ? undefined : before;
  }

  apply(journal: string, to: number, head: number, nowMs: number): void {
    const progress = this.#progress.get(journal);
    if (!progress) return;
    if (to > progress.applied) progress.steps.push({ applied: to, atMs: nowMs });
    progress.applied = Math.max(progress.applied, to);
    progress.head = Math.max(progress.head, head);
  }

  #succeed(peer: string, journal: string, predecessors: readonly JournalPosition[]): void {
    for (const [old, known] of this.#successors) {
      if (known.peer === peer) this.#successors.delete(old);
    }
    for (const old of predecessors) {
      this.#successors.set(old.journal, { peer, journal, head: old.sequence });
    }
  }
}
