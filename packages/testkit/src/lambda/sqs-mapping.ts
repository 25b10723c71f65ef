/**
 * An event source mapping: polls a queue, invokes a function with what it finds, and deletes what the
 * function took. What it did not take comes back when the queue's visibility timeout has passed, or
 * goes where the queue's redrive policy says, which is the queue's own work.
 *
 * Unlike Lambda's, it is never throttled: it polls when the function has room, so that no message comes
 * back, or goes to a dead-letter queue, because other invocations kept the function busy.
 */
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { RendezvousError } from '@rendezvous/protocol';
import { failedMessages } from './batch-response.js';
import { assertWhole } from './function-options.js';
import { createInvocation } from './invoke-request.js';
import { toSqsEvent } from './sqs-event.js';
import type { WorkerPool } from './worker-pool.js';

const LONG_POLL_SECONDS = 20;

export interface SqsMappingOptions {
  readonly functionName: string;
  readonly queueUrl: string;
  /** Where the SQS API is: `MessageServer.endpoint`. */
  readonly endpoint: string;
  /** Messages in one invocation, at most. 1 to 10; default 10. */
  readonly batchSize?: number;
  /** `FunctionResponseTypes: [ReportBatchItemFailures]`. Default false: what does not fail as a whole is done. */
  readonly reportBatchItemFailures?: boolean;
  /** Batches at a time. 1 to 1,000; default 5, and never more than the function's `concurrencyMax`. */
  readonly concurrencyMax?: number;
}

export interface EventSourceMapping extends AsyncDisposable {
  /** Stops polling; resolves when the batches in progress are done. Idempotent. */
  shutdown(): Promise<void>;
}

type Sqs = typeof import('@aws-sdk/client-sqs');

interface Source {
  readonly sqs: Sqs;
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly reportsFailures: boolean;
  readonly pool: WorkerPool;
  readonly signal: AbortSignal;
}

/** Rejects with `config_invalid`, also when the optional peer `@aws-sdk/client-sqs` is not installed. */
export async function startSqsMapping(
  pool: WorkerPool,
  options: SqsMappingOptions,
  region: string,
): Promise<EventSourceMapping> {
  const { queueUrl, endpoint, batchSize = 10, concurrencyMax = 5 } = options;
  assertWhole('batchSize', batchSize, 10);
  assertWhole('concurrencyMax', concurrencyMax, 1_000);
  const sqs = await loadSqs();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new sqs.SQSClient({ endpoint, region, credentials });
  const queueArn = await arnOf(sqs, client, queueUrl);
  const ending = new AbortController();
  const source: Source = {
    sqs,
    client,
    queueUrl,
    queueArn,
    batchSize,
    reportsFailures: options.reportBatchItemFailures ?? false,
    pool,
    signal: ending.signal,
  };
  const pollerCount = Math.min(concurrencyMax, pool.settings.concurrencyMax);
  const pollers = Promise.all(Array.from({ length: pollerCount }, () => poll(source).catch(warn)));
  const shutdown = async (): Promise<void> => {
    ending.abort();
    await pollers;
    client.destroy();
  };
  return { shutdown, [Symbol.asyncDispose]: shutdown };
}

/** Nobody waits for a poller, and a test that never gets its message should know why. */
function warn(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.emitWarning(`An event source mapping stopped: ${reason}`, 'LambdaServiceWarning');
}

async function loadSqs(): Promise<Sqs> {
  try {
    return await import('@aws-sdk/client-sqs');
  } catch (cause) {
    const message =
      'a queue needs the package @aws-sdk/client-sqs; run: npm install @aws-sdk/client-sqs';
    throw new RendezvousError('config_invalid', message, { cause });
  }
}

async function arnOf(sqs: Sqs, client: SQSClient, queueUrl: string): Promise<string> {
  const { Attributes } = await client.send(
    new sqs.GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.['QueueArn'] ?? '';
}

async function poll(source: Source): Promise<void> {
  while (!isOver(source)) {
    let messages: readonly Message[];
    try {
      messages = await receive(source);
    } catch (error) {
      if (isOver(source)) return;
      throw error;
    }
    if (messages.length > 0) await work(source, messages);
  }
}

function isOver({ signal }: Source): boolean {
  return signal.aborted;
}

async function receive(source: Source): Promise<readonly Message[]> {
  const { sqs, client, queueUrl, batchSize, signal } = source;
  const command = new sqs.ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: batchSize,
    WaitTimeSeconds: LONG_POLL_SECONDS,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  const { Messages = [] } = await client.send(command, { abortSignal: signal });
  return Messages;
}

async function work(source: Source, messages: readonly Message[]): Promise<void> {
  const { sqs, client, queueUrl, queueArn, pool, reportsFailures, signal } = source;
  const outcome = await pool.invoke(createInvocation(toSqsEvent(messages, queueArn)));
  // The end killed it: the messages are not done, and the queue may be gone.
  if (signal.aborted && outcome.kind !== 'success') return;
  const ids = messages.map(({ MessageId = '' }) => MessageId);
  const failed = failedMessages(outcome, ids, reportsFailures);
  const done = messages.filter(({ MessageId = '' }) => !failed.has(MessageId));
  if (done.length === 0) return;
  const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await client.send(new sqs.DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
}
