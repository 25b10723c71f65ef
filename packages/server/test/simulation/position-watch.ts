/**
 * Follows one replica's position, over one connection to the node.
 *
 *   connect to the replica ─▶ read the primary ─▶ attach ─▶ watermark, watermark, … ─▶ lost, again
 *                                                      └─▶ signals, where there are any
 */
import type { NodeMessage } from '@rendezvous/protocol';
import {
  type MonitorSession,
  POLL_BUSY_MS,
  POLL_IDLE_MS,
  RECONNECT_MS,
  STORE_ROUND_TRIP_MS,
  type Watch,
} from './monitor-session.js';
import { type Claim, positionText, type SimulatedReplica } from './simulated-store.js';

export class PositionWatch implements Watch {
  readonly #session: MonitorSession;
  readonly #replica: SimulatedReplica;
  #incarnation = 0;
  #attach = 0;
  #announcements = 0;
  /** Polls of an earlier turn are void. */
  #turn = 0;

  constructor(session: MonitorSession, replica: SimulatedReplica) {
    this.#session = session;
    this.#replica = replica;
  }

  connect(): void {
    this.#later(RECONNECT_MS, () => {
      if (!this.#replica.isUp) {
        this.connect();
        return;
      }
      this.#incarnation = this.#replica.incarnation;
      this.#later(STORE_ROUND_TRIP_MS, () => {
        const barrier = positionText(this.#replica.store.position, true);
        this.#later(STORE_ROUND_TRIP_MS, () => this.#attachTo(barrier));
      });
    });
  }

  receive({ body }: NodeMessage): void {
    // Late answers to an attach that has ended.
    if (this.#attach === 0) return;
    if (body.kind === 'failure') this.#detach();
    else if (body.kind === 'branchesOpened') {
      this.#announcements += 1;
      this.#replica.listeners.add(this.#close);
      this.#plan(POLL_BUSY_MS);
    } else if (body.kind === 'watermarked')
      this.#plan(body.branchesOpen > 0 ? POLL_BUSY_MS : POLL_IDLE_MS);
  }

  /** Hears what the replica has applied. A field: its identity is what stops it. */
  readonly #close = (bids: readonly string[]): void => {
    if (this.#attach === 0 || !this.#session.isAlive() || this.#hasLostReplica()) return;
    const { region, name: replica } = this.#replica;
    const id = this.#session.register(this);
    this.#session.connection.sendToNode({ id, body: { kind: 'close', region, replica, bids } });
  };

  #attachTo(barrier: string): void {
    if (this.#hasLostReplica()) {
      this.connect();
      return;
    }
    const { store, region, name } = this.#replica;
    this.#attach = this.#session.register(this);
    this.#announcements = 0;
    this.#hold();
    this.#session.connection.sendToNode({
      id: this.#attach,
      body: { kind: 'attach', store: store.name, region, replica: name, barrier },
    });
  }

  #plan(maxMs: number): void {
    this.#later(maxMs, () => {
      if (this.#hasLostReplica()) {
        this.#detach();
        return;
      }
      const position = this.#replica.watermark;
      const attach = this.#attach;
      const announcements = this.#announcements;
      this.#later(STORE_ROUND_TRIP_MS, () => {
        const id = this.#session.register(this);
        this.#session.connection.sendToNode({
          id,
          body: { kind: 'watermark', attach, position, announcements },
        });
      });
    });
  }

  #detach(): void {
    if (this.#attach === 0) return;
    this.#session.connection.sendToNode({
      id: this.#session.register(this),
      body: { kind: 'cancel', target: this.#attach },
    });
    this.#attach = 0;
    this.#replica.listeners.delete(this.#close);
    this.connect();
  }

  #hasLostReplica(): boolean {
    const { answersMonitors, isUp, incarnation } = this.#replica;
    return !answersMonitors || (isUp && incarnation !== this.#incarnation);
  }

  /** Until the node has heard of its end, it may rely on what this watch said. */
  #hold(): void {
    const { claims } = this.#replica;
    const claim: Claim = { incarnation: this.#incarnation };
    const letGo = (): void => {
      claims.delete(claim);
    };
    claims.add(claim);
    this.#session.connection.onNodeLost.push(letGo);
    this.#session.connection.onCancelled.set(this.#attach, letGo);
    if (!this.#session.connection.livesAtNode) letGo();
  }

  #later(maxMs: number, run: () => void): void {
    const turn = ++this.#turn;
    this.#session.env.soon(maxMs, () => {
      if (turn === this.#turn && this.#session.isAlive()) run();
    });
  }
}
