/**
 * A session with the node of this very process: what a connection is to a monitor far away, without
 * a socket.
 */
import {
  type Attach,
  type Cancel,
  type ClientBody,
  fromFailure,
  type NodeBody,
  type NodeMessage,
  RendezvousError,
} from '@rendezvous/protocol';
import type { NodeHost } from './node-host.js';

/** The part of a client's `Connection` that a monitor uses. */
export interface MonitorLink {
  request(body: ClientBody): Promise<NodeBody>;
  stream(body: Attach, listener: (body: NodeBody) => void): number;
  send(body: Cancel): void;
}

export interface LocalLink extends MonitorLink {
  /** Ends the session; requests in progress, and later ones, reject with `shut_down`. */
  shutdown(): void;
}

interface Operation {
  answer(body: NodeBody): void;
  lose(reason: RendezvousError): void;
}

export function createLocalLink(host: NodeHost): LocalLink {
  const operations = new Map<number, Operation>();
  let nextId = 1;
  let over: RendezvousError | undefined;
  // Like a socket, never from within the call that asked: the asker does not know its id yet.
  const session = host.openSession(({ id, body }: NodeMessage) => {
    queueMicrotask(() => operations.get(id)?.answer(body));
  });
  const ask = (body: ClientBody, operation: Operation): number => {
    const id = nextId++;
    if (over) {
      operation.lose(over);
      return id;
    }
    operations.set(id, operation);
    host.receive(session, { id, body });
    return id;
  };
  return {
    request: (body) =>
      new Promise((resolve, reject) => {
        const id = ask(body, {
          answer: (answer) => {
            operations.delete(id);
            if (answer.kind === 'failure') reject(fromFailure(answer));
            else resolve(answer);
          },
          lose: reject,
        });
      }),
    stream: (body, listener) => ask(body, { answer: listener, lose: () => undefined }),
    send: (body) => {
      operations.delete(body.target);
      if (!over) host.receive(session, { id: nextId++, body });
    },
    shutdown: () => {
      over = new RendezvousError('shut_down', 'the node was shut down');
      host.endSession(session);
      for (const operation of operations.values()) operation.lose(over);
      operations.clear();
    },
  };
}
