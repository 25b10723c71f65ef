/**
 * A metadata node for tests: it speaks the session protocol over a real WebSocket and answers as the
 * test says. By default it welcomes everybody, acknowledges every open and finds everything
 * consistent.
 */

import { decodeClientFrame, encodeNodeFrame } from '@rendezvous/protocol';
import type { ClientBody, ClientMessage, NodeBody, Welcome } from '@rendezvous/protocol';
import type { WaitAnswer } from '@rendezvous/protocol';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

export const JOURNAL = '0123456789ABCDEF';

export const WELCOME: Welcome = {
  kind: 'welcome',
  protocol: 1,
  nodeId: 'fake',
  regions: ['us'],
  stores: [],
  modeCeiling: 'enforce',
  frameBytesMax: 1024 * 1024,
};

export const CONSISTENT: WaitAnswer = {
  kind: 'waitAnswer',
  status: 'consistent',
  prevented: false,
  waitedMs: 0,
  closedAgoMs: 4_000_000,
  pending: [],
  position: '',
};

export const TIMED_OUT: WaitAnswer = {
  ...CONSISTENT,
  status: 'timed_out',
  prevented: true,
  closedAgoMs: 0,
  pending: [{ store: 'posts', bid: '', ageMs: 12, etaMs: 0, reason: 'open' }],
};

export const UNKNOWN: WaitAnswer = {
  ...TIMED_OUT,
  status: 'unknown',
  prevented: false,
  pending: [{ store: 'posts', bid: '', ageMs: 0, etaMs: 0, reason: 'no_monitor' }],
};

type Kind = ClientBody['kind'];
type BodyOf<K extends Kind> = Extract<ClientBody, { kind: K }>;
export type Reply = (body: NodeBody) => void;
type Answer<K extends Kind> = (body: BodyOf<K>, reply: Reply, id: number) => void;
export type Answers = { [K in Kind]: Answer<K> };

export interface FakeNode extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What each frame held, by kind. */
  readonly frames: readonly (readonly Kind[])[];
  /** How many connections were accepted. */
  readonly connectionCount: number;
  /** Change an entry to change how the node answers. */
  readonly answers: Answers;
  received<K extends Kind>(kind: K): readonly BodyOf<K>[];
  /** Resolves when `count` messages of the kind have come, since the start. */
  waitFor(kind: Kind, count: number): Promise<void>;
  /** Breaks every connection without a farewell. */
  cut(): void;
  shutdown(): Promise<void>;
}

export async function startFakeNode(port = 0): Promise<FakeNode> {
  const server = new WebSocketServer({ host: '127.0.0.1', port });
  await new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = server.address() as AddressInfo;
  const frames: Kind[][] = [];
  const bodies: ClientBody[] = [];
  const watchers = new Set<() => void>();
  const answers = createDefaultAnswers();
  let connectionCount = 0;

  function receive(socket: WebSocket, { id, body }: ClientMessage): void {
    bodies.push(body);
    const reply: Reply = (answer) => {
      socket.send(encodeNodeFrame([{ id, body: answer }]));
    };
    (answers[body.kind] as (body: ClientBody, reply: Reply, id: number) => void)(body, reply, id);
  }

  server.on('connection', (socket) => {
    connectionCount += 1;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const messages = decodeClientFrame(new Uint8Array(data));
      frames.push(messages.map(({ body }) => body.kind));
      for (const message of messages) receive(socket, message);
      for (const watcher of watchers) watcher();
    });
  });

  const received = <K extends Kind>(kind: K): readonly BodyOf<K>[] =>
    bodies.filter((body): body is BodyOf<K> => body.kind === kind);
  const cut = (): void => {
    for (const socket of server.clients) socket.terminate();
  };
  const shutdown = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      cut();
    });

  return {
    url: `ws://127.0.0.1:${address.port}`,
    port: address.port,
    frames,
    get connectionCount() {
      return connectionCount;
    },
    answers,
    received,
    waitFor: (kind, count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (received(kind).length < count) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
    cut,
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

function createDefaultAnswers(): Answers {
  let sequence = 0;
  const done = (_body: ClientBody, reply: Reply): void => {
    reply({ kind: 'done' });
  };
  const nothing = (): void => undefined;
  return {
    hello: (_body, reply) => {
      reply(WELCOME);
    },
    open: (_body, reply) => {
      reply({ kind: 'opened', journal: JOURNAL, sequence: ++sequence });
    },
    wait: (_body, reply) => {
      reply(CONSISTENT);
    },
    status: nothing,
    abort: done,
    cancel: nothing,
    close: done,
    applied: done,
    attach: nothing,
    watermark: done,
    replicate: nothing,
    replicateAck: nothing,
    reportClosed: done,
    ping: done,
    confirm: nothing,
    noTrace: nothing,
    inquire: nothing,
  };
}
