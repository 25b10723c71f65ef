/** The socket under a `Channel`: frames out and in, ids, operations in progress, and the end of it all. */

import { RendezvousError, fromFailure } from '@rendezvous/protocol';
import type { ClientBody, ClientMessage, NodeBody, NodeMessage } from '@rendezvous/protocol';
import { createDeferred } from './deferred.js';
import type { Deferred } from './deferred.js';
import { createOutbox } from './outbox.js';
import type { SessionCodec } from './session-codec.js';
import { watchSilence } from './silence-watch.js';
import type { WebSocketLike } from './web-socket.js';

/** Operations in progress; a client beyond it is not served faster by asking more. */
const OPERATION_COUNT_MAX = 65_536;
/** Bytes that the socket may hold back before we take no more. */
const BUFFERED_BYTES_MAX = 16 * 1024 * 1024;
/** Until the node says otherwise. */
const FRAME_BYTES_MAX = 1024 * 1024;
const ID_MAX = 0xffff_ffff;
const CLOSE_NORMAL = 1000;
const CLOSE_GRACE_MS = 1_000;

/** An operation that the node still owes answers. */
export interface Operation {
  /** Takes one answer. Returns true when it was the last. */
  readonly answer: (body: NodeBody) => boolean;
  readonly lose: (reason: RendezvousError) => void;
}

export interface LinkOptions {
  /** For messages: unlike the endpoint it holds no credentials. */
  readonly host: string;
  readonly silenceMsMax: number;
  readonly codec: SessionCodec;
  /** What the end of the link means to an operation in progress. */
  readonly toLoss: (reason: RendezvousError) => RendezvousError;
  readonly ping: () => void;
}

export interface Link {
  /** Resolves when the socket is open; rejects when the link ends before. */
  readonly opened: Promise<unknown>;
  readonly ended: Promise<RendezvousError>;
  /** Why it ended, if it did. */
  readonly over: () => RendezvousError | undefined;
  readonly limitFrames: (bytesMax: number) => void;
  /** Whether the node does not keep up, so that nothing should begin. */
  readonly isFull: () => boolean;
  /** Sends an operation and returns its id. Does nothing on a link that is over. */
  readonly begin: (body: ClientBody, operation?: Operation) => number;
  /** Nobody wants the answer any more. */
  readonly forget: (id: number) => void;
  /** Sends what is waiting, now. */
  readonly flush: () => void;
  /** The first call says why; the socket closes and everything in progress is lost. */
  readonly end: (reason: RendezvousError) => void;
  readonly unavailable: (what: string) => RendezvousError;
}

export function createLink(socket: WebSocketLike, options: LinkOptions): Link {
  const { host, silenceMsMax, codec, toLoss, ping } = options;
  const operations = new Map<number, Operation>();
  const opened = createDeferred<undefined>();
  const ended = createDeferred<RendezvousError>();
  let frameBytesMax = FRAME_BYTES_MAX;
  let over: RendezvousError | undefined;
  const nextId = countIds(operations);

  const unavailable = (what: string): RendezvousError =>
    new RendezvousError('unavailable', `The node at ${host}: ${what}.`);
  const { add, flush, discard } = createOutbox({
    codec,
    frameBytesMax: () => frameBytesMax,
    send: (frame) => socket.send(frame),
    onTooLarge({ id }: ClientMessage) {
      const message = `The operation exceeds ${frameBytesMax} bytes, the limit of a frame.`;
      operations.get(id)?.lose(new RendezvousError('limit_exceeded', message));
      operations.delete(id);
    },
  });
  const end = (reason: RendezvousError): void => {
    if (over) return;
    over = reason;
    stop();
    discard();
    ended.resolve(reason);
    opened.reject(reason);
    const loss = toLoss(reason);
    for (const { lose } of operations.values()) lose(loss);
    operations.clear();
    closeSocket(socket);
  };
  const lose = (what: string): void => end(unavailable(what));
  const { heard, stop } = watchSilence({
    silenceMsMax,
    isExpecting: () => operations.size > 0,
    ping,
    onSilent: () => lose(`silent for ${silenceMsMax} ms`),
  });
  const receive = (data: unknown): void => {
    if (over) return;
    heard();
    for (const { id, body } of decode(codec, data, end)) {
      if (id === 0 && body.kind === 'failure') end(fromFailure(body));
      if (operations.get(id)?.answer(body)) operations.delete(id);
    }
  };
  const begin = (body: ClientBody, operation?: Operation): number => {
    const id = nextId();
    if (over) return id;
    if (operation) operations.set(id, operation);
    add({ id, body });
    return id;
  };
  listen(socket, opened, receive, lose);
  return {
    opened: opened.promise,
    ended: ended.promise,
    over: () => over,
    limitFrames: (bytesMax) => void (frameBytesMax = bytesMax),
    isFull: () =>
      operations.size >= OPERATION_COUNT_MAX || socket.bufferedAmount >= BUFFERED_BYTES_MAX,
    begin,
    forget: (id) => void operations.delete(id),
    flush,
    end,
    unavailable,
  };
}

/** Ids that none of the operations has, in turn. */
function countIds(operations: ReadonlyMap<number, unknown>): () => number {
  let lastId = 0;
  return () => {
    do lastId = lastId === ID_MAX ? 1 : lastId + 1;
    while (operations.has(lastId));
    return lastId;
  };
}

function listen(
  socket: WebSocketLike,
  opened: Deferred<undefined>,
  receive: (data: unknown) => void,
  lose: (what: string) => void,
): void {
  socket.binaryType = 'arraybuffer';
  // It may end before anybody has looked.
  opened.promise.catch(() => undefined);
  socket.addEventListener('open', () => opened.resolve(undefined));
  socket.addEventListener('message', ({ data }) => receive(data));
  socket.addEventListener('error', ({ message }) => lose(message ?? 'the socket failed'));
  socket.addEventListener('close', ({ code, reason }) =>
    lose(`closed with ${code}${reason && `, ${reason}`}`),
  );
}

function decode(
  codec: SessionCodec,
  data: unknown,
  end: (reason: RendezvousError) => void,
): readonly NodeMessage[] {
  try {
    if (data instanceof ArrayBuffer) return codec.decode(new Uint8Array(data));
    throw new RendezvousError('bad_frame', 'The frame is not binary.');
  } catch (error) {
    end(RendezvousError.from(error));
    return [];
  }
}

function closeSocket(socket: WebSocketLike): void {
  socket.close(CLOSE_NORMAL);
  if (socket.terminate) setTimeout(() => socket.terminate?.(), CLOSE_GRACE_MS).unref();
}
