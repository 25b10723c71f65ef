import { RendezvousError } from '@rendezvous/protocol';
import type { Connection } from '../src/session/index.js';
import { WELCOME } from './fake-node.js';

/** A connection that stands until it is shut down, and answers nothing. */
export function createFakeConnection(): Connection {
  let announceEnd: (reason: RendezvousError) => void = () => undefined;
  const ended = new Promise<RendezvousError>((resolve) => (announceEnd = resolve));
  let isOver = false;
  return {
    welcome: WELCOME,
    request: () => new Promise(() => undefined),
    stream: () => 0,
    send: () => undefined,
    ended,
    get isOver() {
      return isOver;
    },
    shutdown: () => {
      isOver = true;
      announceEnd(new RendezvousError('shut_down', 'The connection was shut down.'));
    },
  };
}
