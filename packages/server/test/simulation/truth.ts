/**
 * Knows everything, and checks every answer of every node against it.
 *
 * It sees what a node receives and what it answers, at the moment when it does, and the stores
 * themselves. The checks:
 *  - SAFETY: `consistent` only if every covered write is visible at every replica of the region now
 *  - POSITION: a position that an answer names has every covered write
 *  - SPECULATION: an early read is accepted only if it began after that
 *  - DURABILITY: an acknowledged open is on the node's disk, and no sequence is given out twice
 *  - DEADLINE: a wait is answered by its deadline
 *  - LIVENESS: no wait stays blocked where the same one, asked now, would be consistent
 *  - ANSWERS: nothing is answered twice, or without having been asked
 */
import type {
  Batch,
  ClientMessage,
  Coverage,
  NodeMessage,
  Opened,
  Wait,
} from '@rendezvous/protocol';
import type { Environment } from './environment.js';
import { SimulationFailure } from './simulation-failure.js';
import type { Connection } from './network.js';
import type { Reader, Store, Write } from './write.js';

/** The tick may come so much late, as a timer does. */
export const TIMER_SLACK_MS = 1;

/** A wait as the one who asks sees it. */
export interface AskedWait {
  readonly query: Wait;
  /** Writes whose opens were acknowledged to the contexts that the bookmark came from. */
  readonly covered: readonly Write[];
}

/** What survives a crash of a node. */
export interface DurableJournal {
  readonly head: number;
  /** Every sequence that was ever durable → its bid. */
  readonly bids: ReadonlyMap<number, string>;
}

interface Asked {
  readonly kind: string;
  readonly bid: string;
  readonly wait: AskedWait | undefined;
  readonly receivedAtMs: number;
}

const STREAMS = new Set(['attach', 'replicate']);
const WITHOUT_ANSWER = new Set(['cancel', 'replicateAck', 'confirm']);

export class Truth {
  readonly #env: Environment;
  readonly #stores: readonly Store[];
  /** What a client is about to ask, until the node has it. */
  readonly #announced = new Map<Connection, Map<number, AskedWait>>();
  readonly #asked = new Map<Connection, Map<number, Asked>>();
  /** Every place in a journal that was ever acknowledged → its bid. */
  readonly #acknowledged = new Map<string, string>();

  constructor(env: Environment, stores: readonly Store[]) {
    this.#env = env;
    this.#stores = stores;
  }

  announceWait(connection: Connection, id: number, wait: AskedWait): void {
    const announced = this.#announced.get(connection) ?? new Map<number, AskedWait>();
    this.#announced.set(connection, announced.set(id, wait));
  }

  /** A node receives a message; its clock runs so fast. */
  received(connection: Connection, { id, body }: ClientMessage, clockRate: number): void {
    const asked = this.#asked.get(connection) ?? new Map<number, Asked>();
    this.#asked.set(connection, asked);
    if (body.kind === 'cancel') asked.delete(body.target);
    if (WITHOUT_ANSWER.has(body.kind)) return;
    const wait = this.#announced.get(connection)?.get(id);
    const bid = body.kind === 'open' ? body.bid : '';
    asked.set(id, { kind: body.kind, bid, wait, receivedAtMs: this.#env.nowMs });
    if (body.kind === 'wait') this.#expectAnswer(connection, id, body.timeoutMs / clockRate);
  }

  /** A node answers; `durable` is what its disk holds at that moment. */
  answered(connection: Connection, { id, body }: NodeMessage, durable: DurableJournal): void {
    const asked = this.#asked.get(connection)?.get(id);
    if (!asked)
      throw new SimulationFailure('ANSWERS', `${body.kind} answers nothing that was asked`);
    if (!STREAMS.has(asked.kind)) this.#asked.get(connection)?.delete(id);
    if (body.kind === 'opened') this.#checkOpened(asked, body, durable.bids.get(body.sequence));
    if (body.kind === 'batch') checkBatch(connection.node, body, durable);
    if (body.kind !== 'waitAnswer') return;
    this.#env.count(`waits ${body.status}`);
    if (body.prevented) this.#env.count('waits prevented');
    for (const { reason } of body.pending.slice(0, 1)) this.#env.count(`${body.status}: ${reason}`);
    if (asked.wait?.query.coverage.everyRid) this.#env.count('waits for *');
    if (!asked.wait || body.status !== 'consistent') return;
    this.#checkConsistent(asked.wait, connection.node);
    this.#checkPosition(asked.wait, body.position, connection.node);
    this.#checkAwake(asked.wait, connection.node);
  }

  /** The node no longer serves this connection: nothing more can come. */
  ended(connection: Connection): void {
    this.#announced.delete(connection);
    this.#asked.delete(connection);
  }

  /** Whether a read of these at the replica would be right now. */
  seesAll(wait: AskedWait, replica: Pick<Reader, 'has'>): boolean {
    return wait.covered.every((write) => !concerns(write, wait.query) || replica.has(write));
  }

  #expectAnswer(connection: Connection, id: number, timeoutMs: number): void {
    const asked = this.#asked.get(connection)?.get(id);
    this.#env.after(timeoutMs + TIMER_SLACK_MS + 0.001, () => {
      if (asked === undefined || this.#asked.get(connection)?.get(id) !== asked) return;
      const waitedMs = (this.#env.nowMs - asked.receivedAtMs).toFixed(1);
      throw new SimulationFailure(
        'DEADLINE',
        `${connection.node} has not answered a wait of ${timeoutMs.toFixed(0)} ms after ${waitedMs} ms`,
      );
    });
  }

  #checkOpened(asked: Asked, opened: Opened, durableBid: string | undefined): void {
    const place = `${opened.journal}.${String(opened.sequence)}`;
    if (durableBid !== asked.bid) {
      throw new SimulationFailure(
        'DURABILITY',
        `${asked.bid} is acknowledged at ${place}, not durable`,
      );
    }
    const before = this.#acknowledged.get(place);
    if (before !== undefined && before !== asked.bid) {
      throw new SimulationFailure('DURABILITY', `${place} is ${before}, and now also ${asked.bid}`);
    }
    this.#acknowledged.set(place, asked.bid);
  }

  /** Whoever asks the same again passes on the same coverage. */
  #checkAwake({ query }: AskedWait, node: string): void {
    for (const [connection, asked] of this.#asked) {
      if (connection.node !== node) continue;
      for (const { wait, receivedAtMs } of asked.values()) {
        if (wait?.query.coverage !== query.coverage || receivedAtMs === this.#env.nowMs) continue;
        if (wait.query.keys !== query.keys || wait.query.store !== query.store) continue;
        throw new SimulationFailure('LIVENESS', `${node} does not wake ${describe(query)}`);
      }
    }
  }

  #checkPosition({ query, covered }: AskedWait, position: string, node: string): void {
    if (position === '') return;
    this.#env.count('positions named');
    const missed = covered.find(
      (write) => concerns(write, query) && !write.store.showsAt?.(position, write),
    );
    if (!missed) return;
    throw new SimulationFailure(
      'POSITION',
      `${node} names ${position} to ${describe(query)}, which lacks ${missed.bid}`,
    );
  }

  #checkConsistent(wait: AskedWait, node: string): void {
    const { query } = wait;
    for (const store of this.#stores) {
      for (const replica of store.readersOf(query.region)) {
        const missed = wait.covered.find(
          (write) => write.store === store && concerns(write, query) && !replica.has(write),
        );
        if (!missed) continue;
        const lost = store.isLost(missed) ? ' (its primary lost it)' : '';
        throw new SimulationFailure(
          'SAFETY',
          `${node} answers consistent to ${describe(query)}, but ${replica.name} lacks ${missed.bid}${lost}`,
        );
      }
    }
  }
}

/** Only durable entries are replicated: others might come back as something else. */
function checkBatch(node: string, { entries, to }: Batch, { head, bids }: DurableJournal): void {
  if (to <= head && entries.every(({ sequence, bid }) => bids.get(sequence) === bid)) return;
  throw new SimulationFailure(
    'DURABILITY',
    `${node} replicates up to ${String(to)}, durable is ${String(head)}`,
  );
}

/** Whether a wait must hold for this write. In its home region every write is visible. */
function concerns({ store, keys }: Write, query: Wait): boolean {
  if (store.definition.home === query.region || store.readersOf(query.region).length === 0)
    return false;
  if (query.store !== '' && query.store !== store.name) return false;
  const asked = query.keys.map((key) => new TextDecoder().decode(key));
  return asked.length === 0 || keys.length === 0 || keys.some((key) => asked.includes(key));
}

export function describe({ coverage, region, store, keys }: Wait): string {
  const key = keys.map((bytes) => new TextDecoder().decode(bytes)).join('+');
  return `a wait in ${region} for ${store || 'every store'}${key && ` key ${key}`}, ${describeCoverage(coverage)}`;
}

function describeCoverage({ rids, everyRid, positions }: Coverage): string {
  const at = positions.map(({ journal, sequence }) => `${journal.slice(0, 4)}.${String(sequence)}`);
  return `rids ${everyRid ? '*' : rids.map(shortId).join(' ')} at ${at.join(' ')}`;
}

export function shortId(ulid: string): string {
  return ulid.slice(-4);
}
