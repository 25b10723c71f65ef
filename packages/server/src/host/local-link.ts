/**
 * A session with the node of this very process: what a connection is to a monitor far away, without
 * a socket.
 */
import {
  type Attach,
  type Cancel,
  type ClientBody,
  type Failure,
  isErrorCode,
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
  shutdown(): void;
}

type Listener = (body: NodeBody) => void;

export function createLocalLink(host: NodeHost): LocalLink {
  const listeners = new Map<number, Listener>();
  let nextId = 1;
  // Like a socket, never from within the call that asked: the asker does not know its id yet.
  const session = host.openSession(({ id, body }: NodeMessage) => {
    queueMicrotask(() => listeners.get(id)?.(body));
  });
  const ask = (body: ClientBody, listener: Listener): number => {
    const id = nextId++;
    listeners.set(id, listener);
    host.receive(session, { id, body });
    return id;
  };
  return {
    request: (body) =>
      new Promise((resolve, reject) => {
        const id = ask(body, (answer) => {
          listeners.delete(id);
          if (answer.kind === 'failure') reject(toError(answer));
          else resolve(answer);
        });
      }),
    stream: ask,
    send: (body) => {
      listeners.delete(body.target);
      host.receive(session, { id: nextId++, body });
    },
    shutdown: () => {
      host.endSession(session);
    },
  };
}

function toError({ code, message, retryable }: Failure): RendezvousError {
  return new RendezvousError(isErrorCode(code) ? code : 'internal', message, { retryable });
}
