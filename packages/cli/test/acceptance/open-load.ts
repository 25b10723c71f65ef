/**
 * A client process that opens branches at a steady pace until it is told to stop, and tells its parent
 * of every open that was acknowledged. When its node dies it connects anew; what was not acknowledged
 * by then it forgets.
 *
 *   argv: node's URL, opens per second, opens in all (0: no end)
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, connect } from '@rendezvous/client/session';
import { encodeUlid } from '@rendezvous/protocol';
import { randomBytes } from 'node:crypto';

/** An acknowledged open, as the parent hears of it. */
export interface AcknowledgedOpen {
  readonly bid: string;
  readonly rid: string;
  readonly journal: string;
  readonly sequence: number;
}

const BURST_INTERVAL_MS = 10;
const IN_FLIGHT_MAX = 2_000;
const POSITION = '7711336838912810063/1/0/5000000';

const [endpoint = '', perSecond = '1000', total = '0'] = process.argv.slice(2);
const burst = Math.max(1, Math.round((Number(perSecond) * BURST_INTERVAL_MS) / 1_000));
const acknowledged: AcknowledgedOpen[] = [];
let inFlight = 0;
let openedCount = 0;
const stop = new AbortController();
const isStopped = (): boolean => stop.signal.aborted;

process.on('message', () => {
  stop.abort();
});
setInterval(tell, 50).unref();
await run();
tell();
process.disconnect();

async function run(): Promise<void> {
  while (!isStopped()) {
    const connection = await connectOrWait();
    while (connection && !connection.isOver && !isStopped() && !isDone()) {
      for (let count = 0; count < burst && inFlight < IN_FLIGHT_MAX && !isDone(); count++) {
        open(connection);
      }
      await delay(BURST_INTERVAL_MS);
    }
    while (connection && !connection.isOver && inFlight > 0) await delay(BURST_INTERVAL_MS);
    if (isStopped() || isDone()) return connection?.shutdown();
  }
}

function isDone(): boolean {
  return Number(total) > 0 && openedCount >= Number(total);
}

function open(connection: Connection): void {
  openedCount++;
  inFlight++;
  const [bid, rid] = [mint(), mint()];
  const names = { store: 'posts', home: '', keys: [], position: POSITION } as const;
  connection
    .request({ kind: 'open', bid, rid, ...names, leaseMs: 0, marker: '' })
    .then(
      (answer) => {
        if (answer.kind !== 'opened') throw new Error(`an open was answered by ${answer.kind}`);
        acknowledged.push({ bid, rid, journal: answer.journal, sequence: answer.sequence });
      },
      () => undefined,
    )
    .finally(() => inFlight--);
}

async function connectOrWait(): Promise<Connection | undefined> {
  try {
    return await connect({ endpoint, namespace: 'default', role: 'writer', region: 'eu' });
  } catch {
    await delay(20);
    return undefined;
  }
}

function mint(): string {
  return encodeUlid(Date.now(), randomBytes(10));
}

function tell(): void {
  if (acknowledged.length > 0) process.send?.(acknowledged.splice(0));
}
