import type { IncomingMessage } from 'node:http';

/** The body of a request; undefined when it is longer than `bytesMax`, and then it is discarded. */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    byteCount += chunk.length;
    if (byteCount <= bytesMax) chunks.push(chunk);
  }
  return byteCount > bytesMax ? undefined : Buffer.concat(chunks);
}
