/** What a node must send to each peer: all that is durable and live, in turn, and nothing else. */
import type { Batch, Replicate } from '@rendezvous/protocol';
import type { RecoveredJournal } from '../../../src/core/core-state.js';
import type { BranchModel } from './branch-model.js';
import type { JournalModel } from './journal-model.js';
import { type ModelBranch, sequenceIn } from './model-branch.js';

interface Stream {
  readonly regions: readonly string[];
  sent: number;
  /** Aborts that the peer must be told of. */
  readonly aborted: Set<string>;
  /** Acknowledged writes: the next batch says so, for what it is worth. */
  readonly confirmed: Set<string>;
}

/** What streams need to know of the node. */
export interface Sender {
  readonly branches: BranchModel;
  readonly journals: JournalModel;
  readonly horizon: string;
}

export class StreamModel {
  readonly #node: Sender;
  readonly #restoredHead: number;
  readonly #fail: (check: 'ANSWERS' | 'DURABILITY', text: string) => never;
  readonly #streams = new Map<string, Stream>();

  constructor(
    node: Sender,
    journal: RecoveredJournal,
    fail: (check: 'ANSWERS' | 'DURABILITY', text: string) => never,
  ) {
    this.#node = node;
    this.#restoredHead = journal.head;
    this.#fail = fail;
  }

  begin(session: number, id: number, request: Replicate): void {
    const { own, durable, predecessors } = this.#node.journals;
    const old = predecessors.find(({ journal }) => journal === request.journal);
    const applied =
      request.journal === own ? request.from : Math.min(request.from, old?.sequence ?? 0);
    if (applied > durable) return;
    const [oldest = Infinity] = this.#liveEntries().map(({ sequence }) => sequence);
    // Who reported the closes of what was there before the restart is forgotten (rule 20).
    const sent = oldest <= this.#restoredHead ? Math.min(applied, oldest - 1) : applied;
    this.#streams.set(keyOf(session, id), {
      regions: request.regions,
      sent,
      aborted: new Set(),
      confirmed: new Set(),
    });
  }

  end(session: number, id: number): void {
    this.#streams.delete(keyOf(session, id));
  }

  endSession(session: number): void {
    for (const key of [...this.#streams.keys()]) {
      if (key.startsWith(`${String(session)}:`)) this.#streams.delete(key);
    }
  }

  /** A client has aborted a write whose open stands in the own journal. */
  abort(bid: string): void {
    for (const stream of this.#streams.values()) stream.aborted.add(bid);
  }

  /** A write whose open stands in the own journal was acknowledged. */
  confirm(bid: string): void {
    for (const stream of this.#streams.values()) stream.confirmed.add(bid);
  }

  /** Call after every input: peers are told of aborts at once. */
  checkAbortsSent(): void {
    for (const { aborted } of this.#streams.values()) {
      if (aborted.size > 0) this.#fail('ANSWERS', 'a peer is not told of an abort');
    }
  }

  sent(session: number, id: number, batch: Batch): void {
    const stream = this.#streams.get(keyOf(session, id));
    if (!stream) this.#fail('ANSWERS', 'a batch is sent that nobody asked for');
    const { from, to, head, horizon } = batch;
    const { durable } = this.#node.journals;
    if (from !== stream.sent) {
      this.#fail('ANSWERS', `a batch goes on from ${String(from)}, not ${String(stream.sent)}`);
    }
    if (to < from || to > durable || head !== durable || horizon !== this.#node.horizon) {
      this.#fail('DURABILITY', `a batch says (${String(from)}, ${String(to)}] of ${String(head)}`);
    }
    this.#checkEntries(stream, batch);
    for (const bid of stream.aborted) {
      if (!batch.aborted.includes(bid))
        this.#fail('ANSWERS', `a batch conceals an abort of ${bid}`);
    }
    if (String([...stream.confirmed].sort()) !== String([...batch.confirmed].sort()))
      this.#fail('ANSWERS', `a batch says that ${String(batch.confirmed)} were acknowledged`);
    stream.confirmed.clear();
    stream.aborted.clear();
    stream.sent = to;
  }

  #checkEntries(stream: Stream, { from, to, entries }: Batch): void {
    const expected = this.#liveEntries()
      .filter(({ sequence }) => sequence > from && sequence <= to)
      .filter(({ branch }) =>
        [...branch.named].some(({ region }) => stream.regions.includes(region)),
      )
      .map(({ sequence, branch }) => `${String(sequence)}+${String(branch.lease ?? 0)}`);
    const actual = entries.map(({ sequence, leaseMs }) => `${String(sequence)}+${String(leaseMs)}`);
    if (String(actual) !== String(expected)) {
      this.#fail('ANSWERS', `a batch has ${String(actual)} instead of ${String(expected)}`);
    }
  }

  /** Of the own journal, in order; durable or not. */
  #liveEntries(): { readonly branch: ModelBranch; readonly sequence: number }[] {
    const { branches, journals } = this.#node;
    return [...branches.all]
      .filter((branch) => !branch.isCollected)
      .map((branch) => ({ branch, sequence: sequenceIn(branch, journals.own) }))
      .filter(({ sequence }) => sequence > 0)
      .sort((a, b) => a.sequence - b.sequence);
  }
}

function keyOf(session: number, id: number): string {
  return `${String(session)}:${String(id)}`;
}
