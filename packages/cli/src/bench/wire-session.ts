/**
 * A session with a node for load generators: frames go out as they are given, and what comes is decoded
 * and handed on, without a promise for each operation as the SDK has it.
 */
import {
  decodeNodeFrame,
  encodeClientFrame,
  type NodeMessage,
  PROTOCOL_VERSION,
  PROTOCOL_VERSION_MIN,
  RendezvousError,
  type Role,
} from '@rendezvous/protocol';
import { WebSocket } from 'ws';

export interface WireSession {
  send(frame: Uint8Array): void;
  /** Whoever called last gets what comes, in order. */
  onMessages(listener: (messages: readonly NodeMessage[]) => void): void;
  /** Resolves when the session is over. */
  readonly ended: Promise<void>;
  shutdown(): void;
}

/** Rejects with `unavailable` when the node does not welcome us. */
export async function connectWire(url: string, role: Role): Promise<WireSession> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  let take: (messages: readonly NodeMessage[]) => void = () => undefined;
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => take(decodeNodeFrame(data)));
  const answered = new Promise<readonly NodeMessage[]>((resolve) => (take = resolve));
  socket.once('open', () => socket.send(helloFrame(role)));
  const answer = await Promise.race([answered, ended]);
  if (answer?.[0]?.body.kind !== 'welcome') {
    socket.terminate();
    throw new RendezvousError('unavailable', `the node at ${url} did not welcome us`);
  }
  return {
    send: (frame) => socket.send(frame),
    onMessages: (listener) => (take = listener),
    ended,
    shutdown: () => socket.terminate(),
  };
}

function helloFrame(role: Role): Uint8Array {
  return encodeClientFrame([
    {
      id: 1,
      body: {
        kind: 'hello',
        protocolMin: PROTOCOL_VERSION_MIN,
        protocolMax: PROTOCOL_VERSION,
        namespace: 'default',
        token: '',
        role,
        region: 'eu',
        agent: 'rendezvous bench',
      },
    },
  ]);
}
