/**
 * One WebSocket, from its first byte to its last.
 *
 *   NEW ── Hello ──▶ LIVE ── frames ──▶ LIVE ── close, fault, silence ──▶ OVER
 *    └── no Hello in time, anything else first ──▶ OVER
 *
 * Bytes from outside never throw past this file: a fault is answered by a typed failure, and by the
 * end of the session when what follows cannot be understood.
 */
import { performance } from 'node:perf_hooks';
import {
  type ClientMessage,
  decodeClientFrame,
  RendezvousError,
  type Role,
  toFailure,
} from '@rendezvous/protocol';
import type { RawData, WebSocket } from 'ws';
import type { NodeHost } from '../host/node-host.js';
import type { Log } from '../ports.js';
import { greet, type NodeIdentity } from './greet.js';
import { OutgoingFrames } from './outgoing-frames.js';
import { mayDo } from './permissions.js';
import { type DropReason, NOBODY, type SessionObserver } from './session-observer.js';
import { watchLiveness } from './watch-liveness.js';

const HELLO_TIMEOUT_MS = 5_000;
const SILENCE_MS_MAX = 6_000;
/** One session's turn: 65,536 costly questions of one frame must not be everybody's pause. */
const SLICE_MS = 10;
/** Far less than a slice: opens are quick. */
const RUN_COUNT_MAX = 64;
/** WebSocket close codes (RFC 6455): protocol error, unsupported data, policy violation. */
const CLOSE_PROTOCOL_ERROR = 1002;
const CLOSE_UNSUPPORTED_DATA = 1003;
const CLOSE_POLICY_VIOLATION = 1008;

/** Of what a client says of itself, for the log. */
const AGENT_LENGTH_MAX = 100;

export interface SessionContext {
  readonly host: NodeHost;
  readonly identity: NodeIdentity;
  readonly log: Log;
  readonly observer?: SessionObserver;
  /** From the connection to the hello. Default 5,000. */
  readonly helloTimeoutMs?: number;
  /** How long a monitor or a peer may be silent. Default 6,000. */
  readonly silenceMsMax?: number;
}

/** Serves the socket until it is over. */
export function serveSession(socket: WebSocket, context: SessionContext): void {
  new ServedSession(socket, context).listen();
}

class ServedSession {
  readonly #socket: WebSocket;
  readonly #context: SessionContext;
  readonly #observer: SessionObserver;
  readonly #frames: OutgoingFrames;
  readonly #helloTimer: NodeJS.Timeout;
  /** Frames that were read and not yet worked off; `#position` is in the first. */
  readonly #backlog: (readonly ClientMessage[])[] = [];
  #position = 0;
  #live: { readonly session: number; readonly role: Role } | undefined;

  constructor(socket: WebSocket, context: SessionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#observer = context.observer ?? NOBODY;
    this.#frames = new OutgoingFrames(socket, () => this.#drop('does_not_read'));
    this.#helloTimer = setTimeout(() => {
      this.#refuse(CLOSE_POLICY_VIOLATION, badFrame('no hello came in time'));
    }, context.helloTimeoutMs ?? HELLO_TIMEOUT_MS);
  }

  listen(): void {
    const socket = this.#socket;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('error', ({ message: reason }) => {
      this.#context.log({ level: 'debug', event: 'session_error', reason });
    });
    socket.on('ping', (data) => this.#frames.pong(data));
    socket.on('close', () => this.#end());
  }

  #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (!this.#isOpen()) return;
    const messages = this.#read(data, isBinary);
    if (messages === undefined) return;
    if (this.#live === undefined) {
      this.#begin(messages);
      return;
    }
    this.#backlog.push(messages);
    if (this.#backlog.length === 1) this.#work();
  }

  /** Works off the backlog. What takes longer than a slice goes on in the next turn, unread until then. */
  #work(): void {
    const endMs = performance.now() + SLICE_MS;
    for (let messages = this.#backlog[0]; messages; messages = this.#backlog[0]) {
      while (this.#position < messages.length) {
        // What this very frame asked for may be more than the client reads.
        if (!this.#isOpen()) return;
        if (performance.now() >= endMs) {
          this.#frames.hold();
          setImmediate(() => this.#work());
          return;
        }
        const run = takeRun(messages, this.#position);
        this.#position += run.length;
        this.#perform(run);
      }
      this.#backlog.shift();
      this.#position = 0;
    }
    this.#frames.release();
  }

  /** Messages of one kind. */
  #perform(run: readonly ClientMessage[]): void {
    const [first] = run;
    if (first === undefined || this.#live === undefined) return;
    const { session, role } = this.#live;
    if (mayDo(role, first.body.kind)) this.#context.host.receiveAll(session, run);
    else for (const message of run) this.#fail(message.id, denied(role, message));
  }

  /** The messages of a frame. Undefined when it is none; the session is then over. */
  #read(data: RawData, isBinary: boolean): readonly ClientMessage[] | undefined {
    if (!isBinary) {
      this.#refuse(CLOSE_UNSUPPORTED_DATA, badFrame('frames are binary'));
      return undefined;
    }
    try {
      const messages = decodeClientFrame(toBytes(data));
      if (messages.some(({ id }) => id === 0)) throw badFrame('the id 0 is the session itself');
      return messages;
    } catch (error) {
      this.#refuse(CLOSE_PROTOCOL_ERROR, RendezvousError.from(error));
      return undefined;
    }
  }

  #begin(messages: readonly ClientMessage[]): void {
    const [first] = messages;
    if (messages.length !== 1 || first?.body.kind !== 'hello') {
      const error = badFrame('the first frame must hold exactly one hello');
      this.#refuse(CLOSE_PROTOCOL_ERROR, error);
      return;
    }
    const { body: hello, id } = first;
    const { host, identity, log, silenceMsMax = SILENCE_MS_MAX } = this.#context;
    try {
      this.#frames.push({ id, body: greet(identity, hello) });
    } catch (error) {
      this.#refuse(CLOSE_POLICY_VIOLATION, RendezvousError.from(error), id);
      return;
    }
    clearTimeout(this.#helloTimer);
    const { role, agent } = hello;
    const session = host.openSession((message) => this.#frames.push(message));
    this.#live = { session, role };
    this.#observer.sessionBegan(role);
    // What a monitor said last holds as long as its session: a dead one must not stand. An idle
    // function is frozen and cannot answer; nobody relies on it, and TCP notices in the end.
    if (role !== 'reader' && role !== 'writer') {
      watchLiveness(this.#socket, silenceMsMax, () => this.#drop('silent'));
    }
    log({ level: 'debug', event: 'session_begun', role, agent: agent.slice(0, AGENT_LENGTH_MAX) });
  }

  #fail(id: number, error: RendezvousError): void {
    this.#observer.operationFailed(error.code);
    this.#frames.push({ id, body: toFailure(error) });
  }

  /** Says why, and ends the session; id 0 is the session itself. */
  #refuse(closeCode: number, error: RendezvousError, id = 0): void {
    const { code, message: reason } = error;
    this.#context.log({ level: 'warn', event: 'session_refused', code, reason });
    this.#observer.sessionRefused(code);
    this.#frames.push({ id, body: toFailure(error) });
    this.#frames.flush();
    this.#socket.close(closeCode, code);
    this.#end();
  }

  /** Ends a session with a client that would not hear why. */
  #drop(reason: DropReason): void {
    const role = this.#live?.role;
    this.#observer.sessionDropped(reason);
    this.#context.log({ level: 'warn', event: 'session_dropped', role, reason });
    this.#socket.terminate();
    this.#end();
  }

  /** At once: a client may take its time to close its side. */
  #end(): void {
    clearTimeout(this.#helloTimer);
    if (this.#live) {
      this.#context.host.endSession(this.#live.session);
      this.#observer.sessionEnded(this.#live.role);
    }
    this.#live = undefined;
  }
}

/** What the node takes at once: some opens in succession, or one message of any other kind. */
function takeRun(messages: readonly ClientMessage[], from: number): readonly ClientMessage[] {
  let end = from;
  while (end < from + RUN_COUNT_MAX && messages[end]?.body.kind === 'open') end++;
  return messages.slice(from, Math.max(end, from + 1));
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function badFrame(message: string): RendezvousError {
  return new RendezvousError('bad_frame', message);
}

function denied(role: Role, message: ClientMessage): RendezvousError {
  return new RendezvousError(
    'permission_denied',
    `a session with the role ${role} may not ${message.body.kind}`,
  );
}
