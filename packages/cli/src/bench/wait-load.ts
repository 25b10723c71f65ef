/**
 * Waits at a node, and what ends them: a write is opened, waits for it come in, and the watermark that
 * shows it is sent. One process does all of that, so that its clock tells how long a wake-up took.
 */
import type { Connection } from '@rendezvous/client/session';
import {
  type ClientMessage,
  encodeClientFrame,
  encodeUlid,
  fromFailure,
  type NodeMessage,
  RendezvousError,
  type Wait,
} from '@rendezvous/protocol';
import { beginUsage } from './begin-usage.js';
import { LatencyHistogram } from './latency-histogram.js';
import { REPLICA, toStoreName } from './open-contracts.js';
import type { ClosedReport, ClosedSetup, WakeReport, WakeSetup } from './wait-contracts.js';
import type { WireSession } from './wire-session.js';

const STORE = toStoreName(0);
const WAIT_TIMEOUT_MS = 60_000;
const FRAME_MESSAGES = 1_000;

/** A written and opened branch. */
interface Written {
  readonly rid: string;
  readonly position: string;
  readonly place: { readonly journal: string; readonly sequence: number };
}

export class WaitLoad {
  readonly #writer: Connection;
  readonly #monitor: Connection;
  readonly #readers: readonly WireSession[];
  readonly #attach: number;
  #lsn = 0;

  /** `attach`: the monitor's, for the replica in us. */
  constructor(
    writer: Connection,
    monitor: Connection,
    readers: readonly WireSession[],
    attach: number,
  ) {
    this.#writer = writer;
    this.#monitor = monitor;
    this.#readers = readers;
    this.#attach = attach;
  }

  async wake({ waiters, rounds }: WakeSetup): Promise<WakeReport> {
    const latencies = new LatencyHistogram();
    const allWokenMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      allWokenMs.push(await this.#wakeOnce(waiters, latencies));
    }
    return { latencyCounts: latencies.toCounts(), allWokenMs };
  }

  async closed({ depth, durationMs }: ClosedSetup): Promise<ClosedReport> {
    const written = await this.#write();
    await this.#show(written.position);
    const finishUsage = beginUsage();
    const latencies = new LatencyHistogram();
    const startedAtMs = performance.now();
    const isOver = (): boolean => performance.now() - startedAtMs >= durationMs;
    await Promise.all(
      this.#readers.map((reader) => askAgain(reader, toWait(written), depth, latencies, isOver)),
    );
    return {
      waits: latencies.total,
      elapsedMs: performance.now() - startedAtMs,
      latencyCounts: latencies.toCounts(),
      usage: finishUsage(),
    };
  }

  /** Resolves with when the last wait was answered, in ms after the close was sent. */
  async #wakeOnce(waiters: number, latencies: LatencyHistogram): Promise<number> {
    const written = await this.#write();
    let closedAtMs = Infinity;
    let missing = waiters;
    const woken = new Promise<number>((resolve, reject) => {
      for (const reader of this.#readers) {
        reader.onMessages((messages) => {
          const nowMs = performance.now();
          for (const message of messages) {
            if (!isConsistent(message) || nowMs < closedAtMs) reject(createUnexpected(message));
            latencies.record(nowMs - closedAtMs);
            missing--;
          }
          if (missing === 0) resolve(nowMs - closedAtMs);
        });
      }
    });
    this.#sendWaits(toWait(written), waiters);
    await this.#untilBlocked(waiters);
    closedAtMs = performance.now();
    await this.#show(written.position);
    return await woken;
  }

  /** Evenly on all sessions. */
  #sendWaits(wait: Wait, count: number): void {
    this.#readers.forEach((reader, index) => {
      const share = Math.ceil((count - index) / this.#readers.length);
      for (let sent = 0; sent < share; sent += FRAME_MESSAGES) {
        const length = Math.min(FRAME_MESSAGES, share - sent);
        const messages = Array.from({ length }, (_, at) => ({ id: 2 + sent + at, body: wait }));
        reader.send(encodeClientFrame(messages));
      }
    });
  }

  async #untilBlocked(count: number): Promise<void> {
    for (;;) {
      const status = await this.#monitor.request({ kind: 'status' });
      if (status.kind === 'statusAnswer' && status.waitsBlocked === count) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async #write(): Promise<Written> {
    this.#lsn += 8;
    const position = toPosition(this.#lsn);
    const rid = mint();
    const opened = await this.#writer.request({
      kind: 'open',
      bid: mint(),
      rid,
      store: STORE,
      home: 'eu',
      keys: [],
      position,
      leaseMs: 0,
      marker: '',
    });
    if (opened.kind !== 'opened') throw new Error(`an open was answered with ${opened.kind}`);
    return { rid, position, place: { journal: opened.journal, sequence: opened.sequence } };
  }

  /** The replica shows everything up to here. */
  async #show(position: string): Promise<void> {
    const body = { kind: 'watermark', attach: this.#attach, position, announcements: 0 } as const;
    await this.#monitor.request(body);
  }
}

/** What `WaitLoad` needs: a monitor that watches the replica in us, which has shown nothing yet. */
export async function attachMonitor(monitor: Connection): Promise<number> {
  const barrier = toPosition(0);
  const attach = await new Promise<number>((resolve, reject) => {
    const body = { kind: 'attach', store: STORE, region: 'us', replica: REPLICA, barrier } as const;
    const id = monitor.stream(body, (answer) => {
      if (answer.kind === 'failure') reject(fromFailure(answer));
      else resolve(id);
    });
  });
  await monitor.request({ kind: 'watermark', attach, position: barrier, announcements: 0 });
  return attach;
}

/** Keeps `depth` waits going until it is over; resolves when the last one is answered. */
function askAgain(
  reader: WireSession,
  wait: Wait,
  depth: number,
  latencies: LatencyHistogram,
  isOver: () => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const sentAtMs = new Float64Array(depth);
    let inFlight = 0;
    const send = (slots: readonly number[], nowMs: number): void => {
      inFlight += slots.length;
      for (const slot of slots) sentAtMs[slot] = nowMs;
      const messages: ClientMessage[] = slots.map((slot) => ({ id: slot + 2, body: wait }));
      reader.send(encodeClientFrame(messages));
    };
    reader.onMessages((messages) => {
      const nowMs = performance.now();
      inFlight -= messages.length;
      for (const message of messages) {
        if (!isConsistent(message)) reject(createUnexpected(message));
        latencies.record(nowMs - (sentAtMs[message.id - 2] ?? 0));
      }
      if (!isOver())
        send(
          messages.map(({ id }) => id - 2),
          nowMs,
        );
      else if (inFlight === 0) resolve();
    });
    send(
      Array.from({ length: depth }, (_, slot) => slot),
      performance.now(),
    );
  });
}

function isConsistent({ body }: NodeMessage): boolean {
  return body.kind === 'waitAnswer' && body.status === 'consistent';
}

function createUnexpected({ body }: NodeMessage): RendezvousError {
  return new RendezvousError('store_failed', `a wait was answered with ${JSON.stringify(body)}`);
}

function toWait({ rid, place }: Written): Wait {
  return {
    kind: 'wait',
    coverage: { rids: [rid], everyRid: false, positions: [place] },
    region: 'us',
    store: STORE,
    keys: [],
    timeoutMs: WAIT_TIMEOUT_MS,
    withPosition: false,
  };
}

function toPosition(lsn: number): string {
  return `7711336838912810063/1/0/${lsn.toString(16).toUpperCase()}`;
}

function mint(): string {
  return encodeUlid(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}
