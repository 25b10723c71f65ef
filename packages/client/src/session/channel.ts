/** The multiplexer under a `Connection`: ids, operations in progress, and the end of it all. */

import { RendezvousError, fromFailure } from '@rendezvous/protocol';
import type {
  Attach,
  Cancel,
  ClientBody,
  ClientMessage,
  Confirm,
  NodeBody,
  NodeMessage,
  Replicate,
  ReplicateAck,
  Welcome,
} from '@rendezvous/protocol';
import type { Connection, RequestOptions } from './connection.js';
import { createAborted, createDeferred } from './deferred.js';
import { createOutbox } from './outbox.js';
import type { Outbox } from './outbox.js';
import type { SessionCodec } from './session-codec.js';
import { watchSilence } from './silence-watch.js';
import type { SilenceWatch } from './silence-watch.js';
import type { WebSocketLike } from './web-socket.js';

/** Operations in progress; a client beyond it is not served faster by asking more. */
const OPERATION_COUNT_MAX = 65_536;
/** Bytes that the socket may hold back before we take no more. */
const BUFFERED_BYTES_MAX = 16 * 1024 * 1024;
const ID_MAX = 0xffff_ffff;
/** Until the node says otherwise. */
const FRAME_BYTES_MAX = 1024 * 1024;
const CLOSE_NORMAL = 1000;
const CLOSE_GRACE_MS = 1_000;

/** An operation that the node still owes answers. */
interface Operation {
  /** Takes one answer. Returns true when it was the last. */
  answer(body: NodeBody): boolean;
  lose(reason: RendezvousError): void;
}

export interface ChannelOptions {
  /** For messages: unlike the endpoint it holds no credentials. */
  readonly host: string;
  readonly silenceMsMax: number;
  readonly codec: SessionCodec;
}

export class Channel implements Connection {
  readonly #socket: WebSocketLike;
  readonly #options: ChannelOptions;
  readonly #outbox: Outbox;
  readonly #silence: SilenceWatch;
  readonly #operations = new Map<number, Operation>();
  readonly #opened = createDeferred<undefined>();
  readonly #ended = createDeferred<RendezvousError>();
  #welcome: Welcome | undefined;
  #over: RendezvousError | undefined;
  #frameBytesMax = FRAME_BYTES_MAX;
  #lastId = 0;

  constructor(socket: WebSocketLike, options: ChannelOptions) {
    this.#socket = socket;
    this.#options = options;
    // Somebody may end the channel before anybody has looked at `opened`.
    this.opened.catch(() => undefined);
    this.#outbox = createOutbox({
      codec: options.codec,
      frameBytesMax: () => this.#frameBytesMax,
      send: (frame) => socket.send(frame),
      onTooLarge: (message) => this.#refuseTooLarge(message),
    });
    this.#silence = watchSilence({
      silenceMsMax: options.silenceMsMax,
      isExpecting: () => this.#operations.size > 0,
      ping: () => void this.request({ kind: 'ping' }).catch(() => undefined),
      onSilent: () => this.end(this.#unavailable(`silent for ${options.silenceMsMax} ms`)),
    });
    socket.binaryType = 'arraybuffer';
    this.#listen();
  }

  /** Resolves when the socket is open; rejects when the channel ends before. */
  get opened(): Promise<unknown> {
    return this.#opened.promise;
  }

  get ended(): Promise<RendezvousError> {
    return this.#ended.promise;
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  get welcome(): Welcome {
    if (this.#welcome) return this.#welcome;
    throw new RendezvousError('internal', 'There is no welcome before accept().');
  }

  /** The node's Welcome makes the channel a connection. */
  accept(welcome: Welcome): Connection {
    this.#welcome = welcome;
    this.#frameBytesMax = welcome.frameBytesMax || FRAME_BYTES_MAX;
    return this;
  }

  request(body: ClientBody, options: RequestOptions = {}): Promise<NodeBody> {
    const refusal = options.signal?.aborted ? createAborted() : this.#refusal();
    if (refusal) return Promise.reject(refusal);
    const { promise, resolve, reject } = createDeferred<NodeBody>({
      ...options,
      expired: () => this.#unavailable(`no answer in ${options.timeoutMs} ms`),
      onAbandoned: () => {
        if (body.kind === 'wait') this.send({ kind: 'cancel', target: id });
        this.#operations.delete(id);
      },
    });
    const id = this.#begin(body, {
      answer: (answer) => {
        if (answer.kind === 'failure') reject(fromFailure(answer));
        else resolve(answer);
        return true;
      },
      lose: reject,
    });
    return promise;
  }

  stream(body: Attach | Replicate, listener: (body: NodeBody) => void): number {
    return this.#begin(body, {
      answer: (answer) => {
        listener(answer);
        return answer.kind === 'failure';
      },
      lose: () => undefined,
    });
  }

  send(body: Cancel | Confirm | ReplicateAck): void {
    if (this.#over) return;
    if (body.kind === 'cancel') this.#operations.delete(body.target);
    this.#outbox.add({ id: this.#nextId(), body });
  }

  shutdown(): void {
    if (!this.#over && this.#welcome) this.#outbox.flush();
    this.end(new RendezvousError('shut_down', 'The connection was shut down.'));
  }

  /** The first call says why; the socket closes and everything in progress is lost. */
  end(reason: RendezvousError): void {
    if (this.#over) return;
    this.#over = reason;
    this.#silence.stop();
    this.#outbox.discard();
    this.#ended.resolve(reason);
    this.#opened.reject(reason);
    const loss = this.#toLoss(reason);
    for (const operation of this.#operations.values()) operation.lose(loss);
    this.#operations.clear();
    this.#close();
  }

  #listen(): void {
    this.#socket.addEventListener('open', () => this.#opened.resolve(undefined));
    this.#socket.addEventListener('message', ({ data }) => this.#receive(data));
    this.#socket.addEventListener('error', ({ message }) =>
      this.end(this.#unavailable(message ?? 'the socket failed')),
    );
    this.#socket.addEventListener('close', ({ code, reason }) =>
      this.end(this.#unavailable(`closed with ${code}${reason && `, ${reason}`}`)),
    );
  }

  #receive(data: unknown): void {
    if (this.#over) return;
    this.#silence.heard();
    for (const { id, body } of this.#decode(data)) {
      if (id === 0 && body.kind === 'failure') this.end(fromFailure(body));
      if (this.#operations.get(id)?.answer(body)) this.#operations.delete(id);
    }
  }

  #decode(data: unknown): readonly NodeMessage[] {
    try {
      if (data instanceof ArrayBuffer) return this.#options.codec.decode(new Uint8Array(data));
      throw new RendezvousError('bad_frame', 'The frame is not binary.');
    } catch (error) {
      this.end(RendezvousError.from(error));
      return [];
    }
  }

  #begin(body: ClientBody, operation: Operation): number {
    const id = this.#nextId();
    if (this.#over) return id;
    this.#operations.set(id, operation);
    this.#outbox.add({ id, body });
    return id;
  }

  #nextId(): number {
    do this.#lastId = this.#lastId === ID_MAX ? 1 : this.#lastId + 1;
    while (this.#operations.has(this.#lastId));
    return this.#lastId;
  }

  /** Why no request can begin now. */
  #refusal(): RendezvousError | undefined {
    if (this.#over) return this.#toLoss(this.#over);
    const isFull = this.#operations.size >= OPERATION_COUNT_MAX;
    if (isFull || this.#socket.bufferedAmount >= BUFFERED_BYTES_MAX)
      return new RendezvousError(
        'limit_exceeded',
        `The node does not keep up: ${this.#operations.size} operations are in progress.`,
      );
    return undefined;
  }

  #refuseTooLarge({ id }: ClientMessage): void {
    const operation = this.#operations.get(id);
    this.#operations.delete(id);
    const message = `The operation exceeds ${this.#frameBytesMax} bytes, the limit of a frame.`;
    operation?.lose(new RendezvousError('limit_exceeded', message));
  }

  /** What the end of the channel means to an operation in progress. */
  #toLoss(reason: RendezvousError): RendezvousError {
    if (!this.#welcome || reason.code === 'shut_down' || reason.code === 'unavailable')
      return reason;
    return new RendezvousError('unavailable', `The session ended: ${reason.message}`, {
      cause: reason,
    });
  }

  #unavailable(what: string): RendezvousError {
    return new RendezvousError('unavailable', `The node at ${this.#options.host}: ${what}.`);
  }

  #close(): void {
    const socket = this.#socket;
    socket.close(CLOSE_NORMAL);
    if (socket.terminate) setTimeout(() => socket.terminate?.(), CLOSE_GRACE_MS).unref();
  }
}
