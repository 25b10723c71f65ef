/**
 * Asks S3 something with nothing at hand but a command of another kind: commands are classes of the
 * driver, which this package does not import. A new command of that class carries the request. It is
 * changed before it is signed, and its answer taken before it is read.
 */
import type { Fields, HttpRequest, SdkClient, SdkCommand } from '../aws-sdk/driver.js';
import type { SdkCommandConstructor } from '../aws-sdk/driver.js';

export interface RawAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawRequest {
  readonly bucket: string;
  readonly key: string;
  readonly change: (request: HttpRequest) => void;
}

/** Thrown to end a request whose answer was taken. */
class Taken extends Error {
  readonly answer: RawAnswer;

  constructor(answer: RawAnswer) {
    super('the answer was taken');
    this.answer = answer;
  }
}

/** The answer, or undefined when S3 refused or could not be asked. `command`: any of this client. */
export async function askRaw(
  client: SdkClient,
  command: SdkCommand,
  { bucket, key, change }: RawRequest,
): Promise<RawAnswer | undefined> {
  const input: Fields = { Bucket: bucket, Key: key, Body: 'x', CopySource: 'x', UploadId: 'x' };
  const carrier = new (command.constructor as SdkCommandConstructor)(input);
  carrier.middlewareStack.addRelativeTo(
    (next) => (args) => {
      if (args.request) change(args.request);
      return next(args);
    },
    { name: 'rendezvousAsk', relation: 'before', toMiddleware: 'retryMiddleware' },
  );
  carrier.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as Response;
      if (response.statusCode !== 200) return result;
      throw new Taken({ headers: response.headers, body: await readText(response.body) });
    },
    { name: 'rendezvousTake', step: 'deserialize', priority: 'low' },
  );
  try {
    await client.send(carrier);
  } catch (error) {
    if (error instanceof Taken) return error.answer;
  }
  return undefined;
}

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
}

async function readText(body: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Leaves of a request only where it goes to. */
export function stripRequest(request: HttpRequest, method: string): void {
  request.method = method;
  request.query = {};
  request.body = undefined;
  for (const name of Object.keys(request.headers)) {
    if (
      /^(?:x-amz-copy-|x-amz-checksum|x-amz-sdk-checksum|x-amz-trailer|content-|expect)/i.test(name)
    ) {
      Reflect.deleteProperty(request.headers, name);
    }
  }
}
