import type { Injector } from '../carriers/message-carrier.js';
import { rewriteInput } from './command-inputs.js';
import { Envelopes } from './envelopes.js';

export interface CarryOptions {
  /**
   * Event buses, streams, state machines and functions that are invoked asynchronously, by name or ARN,
   * whose messages have no place for a bookmark but the user's own JSON: there it is put into the member
   * `_rendezvous`. Default: none; their bookmarks count as dropped.
   */
  readonly envelopes?: readonly string[] | undefined;
}

/** A client of the AWS SDK for JavaScript v3. */
export interface AwsClientLike {
  readonly middlewareStack: { add(...parameters: never[]): void };
}

interface Arguments {
  readonly input: object;
}
type Handler = (parameters: Arguments) => Promise<unknown>;

/** The part of the SDK's middleware stack that is used. */
interface MiddlewareStack {
  add(
    middleware: (next: Handler, context: HandlerContext) => Handler,
    options: { readonly step: 'initialize'; readonly name: string; readonly override: true },
  ): void;
}

interface HandlerContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

/**
 * Lets what a client of the AWS SDK v3 sends carry the bookmark of the request that sends it. Returns
 * the same client; to call it again changes nothing, or the options. It knows SNS, SQS, EventBridge,
 * Kinesis, Lambda and Step Functions, and leaves other clients and commands alone.
 *
 * A send never fails, and no message is changed but for the bookmark. What cannot be carried (a message
 * with ten attributes, at its service's size limit, or without a place that is switched on) is sent
 * without, and counted in `rv.counters.bookmarksDroppedBy`.
 *
 * @example
 * const sns = carry(new SNSClient(), rv);
 * await sns.send(new PublishCommand({ TopicArn, Message: id }));
 */
export function carry<Client extends AwsClientLike>(
  client: Client,
  rv: Injector,
  { envelopes = [] }: CarryOptions = {},
): Client {
  const sending = { rv, envelopes: new Envelopes(envelopes) };
  const stack: MiddlewareStack = client.middlewareStack;
  stack.add(
    (next, { clientName = '', commandName = '' }) =>
      (parameters) => {
        const command = `${clientName}.${commandName}`;
        return next({ ...parameters, input: tryRewrite(command, parameters.input) });
      },
    { step: 'initialize', name: 'rendezvousCarry', override: true },
  );
  return client;

  function tryRewrite(command: string, input: object): object {
    try {
      return rewriteInput(command, sending, input);
    } catch {
      // Not what the command takes: the service will say so.
      return input;
    }
  }
}
