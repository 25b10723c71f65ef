/** A local SNS and SQS, for the AWS SDK: topics and queues of any region, in this process. */
import { RendezvousError } from '@rendezvous/protocol';

export interface MessageServer extends AsyncDisposable {
  /** For the AWS SDK: `new SQSClient({ endpoint, region, credentials })`, with any credentials. */
  readonly endpoint: string;
  /** Everything in it is gone. Idempotent. */
  shutdown(): Promise<void>;
}

/**
 * Starts the optional peer `fauxqs` on a free port of 127.0.0.1; its own launcher listens on every
 * interface. Rejects with `config_invalid` when it is not installed.
 */
export async function startMessageServer(): Promise<MessageServer> {
  const { buildApp } = await loadFauxqs();
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const shutdown = async (): Promise<void> => {
    await app.close();
  };
  return { endpoint, shutdown, [Symbol.asyncDispose]: shutdown };
}

async function loadFauxqs(): Promise<typeof import('fauxqs')> {
  try {
    return await import('fauxqs');
  } catch (cause) {
    const message = 'SNS and SQS come from the package fauxqs; run: npm install fauxqs@1';
    throw new RendezvousError('config_invalid', message, { cause });
  }
}
