/** The parts of the AWS SDK for JavaScript v3 that shims and monitors use. */

/** What a command takes, or answers. */
export type Fields = Readonly<Record<string, unknown>>;

/** What goes out, once it was serialized. */
export interface HttpRequest {
  readonly headers: Record<string, string>;
  query?: Record<string, unknown>;
  method?: string;
  path?: string;
  body?: unknown;
}

export interface MiddlewareArguments {
  readonly input: Fields;
  readonly request?: HttpRequest;
}

export interface MiddlewareResult {
  readonly output?: Fields;
  readonly response: unknown;
}

export type Handler = (args: MiddlewareArguments) => Promise<MiddlewareResult>;

export interface MiddlewareContext {
  /** `PutItemCommand`, also where it is sent by the document client's `PutCommand`. */
  readonly commandName?: string;
  readonly __smithy_context?: { readonly commandInstance?: SdkCommand };
  /** Ours, while a marked write is under way that may be attempted more than once. */
  rendezvousMarker?: { readonly bid: string; attempts: number } | undefined;
}

export type Middleware = (next: Handler, context: MiddlewareContext) => Handler;

export interface MiddlewarePlace {
  readonly name: string;
  readonly relation: 'before' | 'after';
  readonly toMiddleware: string;
}

export interface MiddlewareStep {
  readonly name: string;
  readonly step: 'serialize' | 'deserialize';
  readonly priority?: 'low';
  readonly override?: boolean;
}

export interface MiddlewareStack {
  addRelativeTo(middleware: Middleware, place: MiddlewarePlace): void;
  add(middleware: Middleware, place: MiddlewareStep): void;
  clone(): MiddlewareStack;
  identify(): readonly string[];
}

export interface SdkCommand {
  readonly middlewareStack: MiddlewareStack;
}

export type SdkCommandConstructor = new (input: Fields) => SdkCommand;

export interface SdkClient {
  readonly middlewareStack: MiddlewareStack;
  send(command: SdkCommand): Promise<Fields>;
}
