/** A node's session with one of its peers, over which it gets that peer's journal. */
import type {
  Batch,
  ClientBody,
  Inquire,
  Inquired,
  NodeMessage,
  ReportClosed,
} from '@rendezvous/protocol';
import type { Environment } from './environment.js';
import type { Connection, Network, NodeEnd } from './network.js';

/** The node that the link belongs to. */
export interface LinkOwner {
  readonly name: string;
  readonly region: string;
  readonly served: readonly string[];
  peerConnected(peer: string): void;
  peerDisconnected(peer: string): void;
  receiveBatch(peer: string, batch: Batch): boolean;
  reportAcknowledged(peer: string, report: ReportClosed): void;
  receiveInquired(peer: string, inquiry: Inquire, answer: Inquired): void;
}

const RECONNECT_MS = 200;
const REPORT_TIMEOUT_MS = 10_000;

export class PeerLink {
  readonly #env: Environment;
  readonly #network: Network;
  readonly #owner: LinkOwner;
  readonly #peer: NodeEnd;
  /** Changes with every connection, and when the link stops: what came before is void. */
  #life = 0;
  #connection: Connection | undefined;
  #stream = 0;
  #nextId = 1;
  #losesNextBatch = false;
  #applied = 0;
  readonly #reports = new Map<number, ReportClosed>();
  readonly #inquiries = new Map<number, Inquire>();

  constructor(env: Environment, network: Network, owner: LinkOwner, peer: NodeEnd) {
    this.#env = env;
    this.#network = network;
    this.#owner = owner;
    this.#peer = peer;
  }

  start(): void {
    const life = ++this.#life;
    this.#stream = 0;
    this.#reports.clear();
    this.#inquiries.clear();
    const end = {
      receive: (message: NodeMessage) => {
        if (life === this.#life) this.#receive(message);
      },
      lost: () => {
        if (life === this.#life) this.#lost();
      },
    };
    this.#network.connect(this.#owner.region, this.#peer, end, (connection) => {
      if (life !== this.#life) connection?.break('client');
      else if (connection) this.#connected(connection);
      else this.#retry(life);
    });
  }

  /** The owner crashed. */
  stop(): void {
    this.#life++;
    this.#applied = 0;
    this.#connection?.break('client');
    this.#connection = undefined;
  }

  /**
   * Loses the next batch that moves the applied position. Sessions do not lose messages while they
   * live; the contiguity of batches is checked all the same (rule 4).
   */
  loseNextBatch(): void {
    this.#losesNextBatch = true;
  }

  replicate(journal: string, from: number): void {
    if (this.#stream !== 0) this.#send({ kind: 'cancel', target: this.#stream });
    this.#stream = this.#send({ kind: 'replicate', regions: this.#owner.served, journal, from });
  }

  acknowledge(journal: string, applied: number): void {
    this.#applied = applied;
    this.#send({ kind: 'replicateAck', target: this.#stream, journal, applied });
  }

  report(report: ReportClosed): void {
    const id = this.#send(report);
    this.#reports.set(id, report);
    const connection = this.#connection;
    this.#env.after(REPORT_TIMEOUT_MS, () => {
      if (connection === this.#connection && this.#reports.has(id)) this.#hangUp();
    });
  }

  inquire(inquiry: Inquire): void {
    this.#inquiries.set(this.#send(inquiry), inquiry);
  }

  #connected(connection: Connection): void {
    this.#connection = connection;
    this.#owner.peerConnected(this.#peer.name);
  }

  #receive({ id, body }: NodeMessage): void {
    const report = this.#reports.get(id);
    if (report) {
      this.#reports.delete(id);
      if (body.kind === 'done') this.#owner.reportAcknowledged(this.#peer.name, report);
      else this.#hangUp();
      return;
    }
    const inquiry = this.#inquiries.get(id);
    if (inquiry) {
      this.#inquiries.delete(id);
      if (body.kind === 'inquired') this.#owner.receiveInquired(this.#peer.name, inquiry, body);
      return;
    }
    if (id !== this.#stream) return;
    if (body.kind === 'batch' && body.to > this.#applied && this.#losesNextBatch) {
      this.#losesNextBatch = false;
      this.#env.count('batches lost');
      return;
    }
    const isSane = body.kind === 'batch' && this.#owner.receiveBatch(this.#peer.name, body);
    if (!isSane) this.#hangUp();
  }

  #hangUp(): void {
    this.#connection?.break('client');
    this.#lost();
  }

  #lost(): void {
    const life = ++this.#life;
    this.#connection = undefined;
    this.#owner.peerDisconnected(this.#peer.name);
    this.#retry(life);
  }

  #retry(life: number): void {
    this.#env.soon(RECONNECT_MS, () => {
      if (life === this.#life) this.start();
    });
  }

  #send(body: ClientBody): number {
    const id = this.#nextId++;
    this.#connection?.sendToNode({ id, body });
    return id;
  }
}
