/** A client that sends what the test says, sense or nonsense, over a real WebSocket. */
import { once } from 'node:events';
import {
  type ClientBody,
  type ClientMessage,
  decodeNodeFrame,
  encodeClientFrame,
  type Hello,
  type NodeBody,
  type NodeMessage,
} from '@rendezvous/protocol';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { helloOf } from './operations.js';

type BodyOf<Kind extends NodeBody['kind']> = Extract<NodeBody, { readonly kind: Kind }>;

export class RawClient {
  readonly socket: WebSocket;
  /** What has come and was not an awaited answer. */
  readonly messages: NodeMessage[] = [];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly #answers = new Map<number, (body: NodeBody) => void>();
  #nextId = 1;

  constructor(url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.once('close', resolve);
    });
    this.socket.on('message', (data: Buffer) => {
      for (const message of decodeNodeFrame(data)) this.#take(message);
    });
    onTestFinished(() => this.socket.terminate());
  }

  send(messages: readonly ClientMessage[]): void {
    this.socket.send(encodeClientFrame(messages));
  }

  /** Sends an operation and resolves with its first answer. */
  async ask(body: ClientBody): Promise<NodeBody> {
    const [answer] = await Promise.all(this.askAll([body]));
    if (!answer) throw new Error('one question, one answer');
    return answer;
  }

  /** As `ask`; rejects when the answer is of another kind. */
  async askFor<Kind extends NodeBody['kind']>(kind: Kind, body: ClientBody): Promise<BodyOf<Kind>> {
    const answer = await this.ask(body);
    if (answer.kind !== kind) throw new Error(`not ${kind}: ${JSON.stringify(answer)}`);
    return answer as BodyOf<Kind>;
  }

  /** Sends operations in one frame; each promise is for the first answer to one. */
  askAll(bodies: readonly ClientBody[]): Promise<NodeBody>[] {
    const messages = bodies.map((body) => ({ id: this.#nextId++, body }));
    const answers = messages.map(
      ({ id }) => new Promise<NodeBody>((resolve) => this.#answers.set(id, resolve)),
    );
    this.send(messages);
    return answers;
  }

  /** What a node said of the session as a whole. */
  sessionFailures(): string[] {
    return this.messages.flatMap(({ id, body }) =>
      id === 0 && body.kind === 'failure' ? [body.code] : [],
    );
  }

  #take(message: NodeMessage): void {
    const answer = this.#answers.get(message.id);
    if (!answer) {
      this.messages.push(message);
      return;
    }
    this.#answers.delete(message.id);
    answer(message.body);
  }
}

/** Connects, without a hello. */
export async function openRaw(url: string, options?: ClientOptions): Promise<RawClient> {
  const client = new RawClient(url, options);
  await once(client.socket, 'open');
  return client;
}

/** Connects and is welcomed. */
export async function openSession(
  url: string,
  fields: Partial<Hello> = {},
  options?: ClientOptions,
): Promise<RawClient> {
  const client = await openRaw(url, options);
  await client.askFor('welcome', helloOf(fields));
  return client;
}
