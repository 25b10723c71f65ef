/** The multiplexer that is a `Connection` once the node has welcomed us. */

import { RendezvousError, fromFailure } from '@rendezvous/protocol';
import type { NodeBody, Welcome } from '@rendezvous/protocol';
import type { Connection, RequestOptions } from './connection.js';
import { createAborted, createDeferred } from './deferred.js';
import { createLink } from './link.js';
import type { LinkOptions } from './link.js';
import type { WebSocketLike } from './web-socket.js';

export interface Channel extends Omit<Connection, 'welcome'> {
  /** Resolves when the socket is open; rejects when the channel ends before. */
  readonly opened: Promise<unknown>;
  /** The node's Welcome makes the channel a connection. */
  accept(welcome: Welcome): Connection;
  /** The first call says why; the socket closes and everything in progress is lost. */
  end(reason: RendezvousError): void;
}

export function createChannel(
  socket: WebSocketLike,
  options: Pick<LinkOptions, 'host' | 'silenceMsMax' | 'codec'>,
): Channel {
  let isWelcome = false;

  const toLoss = (reason: RendezvousError): RendezvousError =>
    isWelcome ? toSessionLoss(reason) : reason;
  const ping = (): void => void request({ kind: 'ping' }).catch(() => undefined);
  const link = createLink(socket, { ...options, toLoss, ping });
  const { opened, ended, over, begin, forget, end } = link;
  /** Why no request can begin now. */
  const refusal = (signal: AbortSignal | undefined): RendezvousError | undefined => {
    const reason = over();
    if (signal?.aborted) return createAborted();
    if (reason) return toLoss(reason);
    if (!link.isFull()) return undefined;
    return new RendezvousError('limit_exceeded', 'The node does not keep up with what it is sent.');
  };
  const send: Connection['send'] = (body) => {
    if (body.kind === 'cancel') forget(body.target);
    begin(body);
  };
  const request: Connection['request'] = (body, requestOptions: RequestOptions = {}) => {
    const refused = refusal(requestOptions.signal);
    if (refused) return Promise.reject(refused);
    const { promise, resolve, reject } = createDeferred<NodeBody>({
      ...requestOptions,
      expired: () => link.unavailable(`no answer in ${requestOptions.timeoutMs} ms`),
      onAbandoned() {
        if (body.kind === 'wait') send({ kind: 'cancel', target: id });
        forget(id);
      },
    });
    const answer = (answered: NodeBody): boolean => {
      if (answered.kind === 'failure') reject(fromFailure(answered));
      else resolve(answered);
      return true;
    };
    const id = begin(body, { answer, lose: reject });
    return promise;
  };
  const channel: Channel = {
    opened,
    ended,
    end,
    request,
    send,
    get isOver() {
      return over() !== undefined;
    },
    stream(body, listener) {
      const answer = (answered: NodeBody): boolean => {
        listener(answered);
        return answered.kind === 'failure';
      };
      return begin(body, { answer, lose: () => undefined });
    },
    accept(welcome) {
      isWelcome = true;
      if (welcome.frameBytesMax > 0) link.limitFrames(welcome.frameBytesMax);
      return Object.assign(channel, { welcome });
    },
    shutdown() {
      if (isWelcome && !over()) link.flush();
      end(new RendezvousError('shut_down', 'The connection was shut down.'));
    },
  };
  return channel;
}

/** What the end of a session means to an operation in progress. */
function toSessionLoss(reason: RendezvousError): RendezvousError {
  const { code, message } = reason;
  if (code === 'shut_down' || code === 'unavailable') return reason;
  return new RendezvousError('unavailable', `The session ended: ${message}`, { cause: reason });
}
