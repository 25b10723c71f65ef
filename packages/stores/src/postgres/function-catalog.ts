import type { ServerConnection } from './server-connection.js';
import type { FunctionNames } from './statement-kind.js';

/** What the functions of one database may do: asked once, when a statement first calls one. */
export class FunctionCatalog {
  #names: FunctionNames | undefined;

  /** The names as far as they are known without asking. */
  get known(): FunctionNames | undefined {
    return this.#names;
  }

  /** Undefined if the server did not tell: every call may then write. */
  async learn(connection: ServerConnection): Promise<FunctionNames | undefined> {
    this.#names ??= await connection.readFunctionNames();
    return this.#names;
  }
}
