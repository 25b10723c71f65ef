/** The parts of the AWS SDK for JavaScript v3 that the shim and the monitor use. */

/** An item, a key or an attribute: as DynamoDB has it (`{ S: 'text' }`), or as the document client has it. */
export type Attributes = Readonly<Record<string, unknown>>;
/** What a command takes, or answers. */
export type Fields = Readonly<Record<string, unknown>>;

export interface MiddlewareArguments {
  readonly input: Fields;
  readonly request?: { readonly headers: Record<string, string>; body?: unknown };
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

export interface MiddlewareStack {
  addRelativeTo(middleware: Middleware, place: MiddlewarePlace): void;
  add(
    middleware: Middleware,
    place: { readonly name: string; readonly step: 'serialize'; readonly override: boolean },
  ): void;
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
