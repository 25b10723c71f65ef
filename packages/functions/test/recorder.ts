/** An HTTP server that takes every request of the AWS SDK and says what was in it. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Recorder {
  /** For the SDK's clients. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly disableHostPrefix: true;
    readonly tls: false;
  };
  readonly requests: readonly RecordedRequest[];
}

export interface RecordedRequest {
  readonly clientContext: string | undefined;
  readonly body: string;
}

/** Starts what ends with the test. */
export async function startRecorder(): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, reply) => {
    buffer(request)
      .then((bytes) => {
        const clientContext = request.headers['x-amz-client-context']?.toString();
        requests.push({ clientContext, body: bytes.toString() });
        reply.setHeader('content-type', 'application/x-amz-json-1.1').end('{}');
      })
      .catch(() => reply.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    config: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      disableHostPrefix: true,
      tls: false,
    },
    requests,
  };
}
