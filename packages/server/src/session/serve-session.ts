/**
 * One WebSocket, from its first byte to its last.
 *
 *   NEW ── Hello ──▶ LIVE ── frames ──▶ LIVE ── close, fault, silence ──▶ OVER
 *    └── no Hello in time, anything else first ──▶ OVER
 *
 * Bytes from outside never throw past this file: a fault is answered by a typed failure, and by the
 * end of the session when what follows cannot be understood.
 */
import {
  type ClientMessage,
  decodeClientFrame,
  type NodeBody,
  RendezvousError,
  type Role,
} from '@rendezvous/protocol';
import type { RawData, WebSocket } from 'ws';
import type { NodeHost } from '../host/node-host.js';
import type { Log } from '../ports.js';
import { greet, type NodeIdentity } from './greet.js';
import { OutgoingFrames } from './outgoing-frames.js';
import { mayDo } from './permissions.js';

const HELLO_TIMEOUT_MS = 5_000;
/** WebSocket close codes (RFC 6455): protocol error, unsupported data, policy violation. */
const CLOSE_PROTOCOL_ERROR = 1002;
const CLOSE_UNSUPPORTED_DATA = 1003;
const CLOSE_POLICY_VIOLATION = 1008;

export interface SessionContext {
  readonly host: NodeHost;
  readonly identity: NodeIdentity;
  readonly log: Log;
}

/** Serves the socket until it is over. */
export function serveSession(socket: WebSocket, { host, identity, log }: SessionContext): void {
  const frames = new OutgoingFrames(socket);
  let live: { readonly session: number; readonly role: Role } | undefined;

  const fail = (id: number, error: RendezvousError): void => {
    const { code, message, retryable } = error;
    const body: NodeBody = { kind: 'failure', code, message, retryable };
    frames.push({ id, body });
  };
  const end = (closeCode: number, id: number, error: RendezvousError): void => {
    log({ level: 'warn', event: 'session_refused', code: error.code, reason: error.message });
    fail(id, error);
    frames.flush();
    socket.close(closeCode, error.code);
  };
  const helloTimer = setTimeout(() => {
    end(CLOSE_POLICY_VIOLATION, 0, new RendezvousError('bad_frame', 'no hello came in time'));
  }, HELLO_TIMEOUT_MS);

  const begin = (messages: readonly ClientMessage[]): void => {
    clearTimeout(helloTimer);
    const [first] = messages;
    if (messages.length !== 1 || first?.body.kind !== 'hello') {
      throw new RendezvousError('bad_frame', 'the first frame must hold exactly one hello');
    }
    const { body: hello, id } = first;
    try {
      const welcome = greet(identity, hello);
      const session = host.openSession((message) => {
        frames.push(message);
      });
      live = { session, role: hello.role };
      frames.push({ id, body: welcome });
      log({ level: 'debug', event: 'session_begun', role: hello.role, agent: hello.agent });
    } catch (error) {
      end(CLOSE_POLICY_VIOLATION, id, RendezvousError.from(error));
    }
  };
  const receive = (data: RawData, isBinary: boolean): void => {
    if (!isBinary) {
      end(CLOSE_UNSUPPORTED_DATA, 0, new RendezvousError('bad_frame', 'frames are binary'));
      return;
    }
    const messages = decodeClientFrame(toBytes(data));
    if (live === undefined) {
      begin(messages);
      return;
    }
    for (const message of messages) {
      if (mayDo(live.role, message.body.kind)) host.receive(live.session, message);
      else fail(message.id, denied(live.role, message));
    }
  };

  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return;
    try {
      receive(data, isBinary);
    } catch (error) {
      end(CLOSE_PROTOCOL_ERROR, 0, toBadFrame(error));
    }
  });
  socket.on('error', (error) => {
    log({ level: 'debug', event: 'session_error', reason: error.message });
  });
  socket.on('close', () => {
    clearTimeout(helloTimer);
    if (live) host.endSession(live.session);
  });
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function denied(role: Role, message: ClientMessage): RendezvousError {
  return new RendezvousError(
    'permission_denied',
    `a session with the role ${role} may not ${message.body.kind}`,
  );
}

/** A fault of the bytes ends the session; a fault of ours must not hide as one. */
function toBadFrame(error: unknown): RendezvousError {
  if (error instanceof RendezvousError) return error;
  throw error;
}
