/**
 * A small AWS Lambda for tests: real invocations, in real processes, of handlers that deploy as they
 * are. The Invoke API is what the AWS SDK speaks; below it runs AWS's own runtime interface client, in one
 * process per concurrent invocation, which is stopped between invocations as in Lambda.
 *
 * Not there: layers, extensions, versions and aliases, response streaming to the caller, memory
 * limits, permissions, destinations and dead-letter queues of asynchronous invocations.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';
import { startReaper } from '../reaper.js';
import { AsynchronousInvocations } from './asynchronous-invocations.js';
import { toFunctionSettings, type FunctionOptions } from './function-options.js';
import type { FunctionLogLine, InvocationReport } from './invocation.js';
import { startInvokeApi } from './invoke-api.js';
import { findRuntimeClient } from './runtime-client.js';
import { startSqsMapping, type EventSourceMapping, type SqsMappingOptions } from './sqs-mapping.js';
import type { WorkerHost } from './worker-process.js';
import { WorkerPool } from './worker-pool.js';

export interface LambdaServiceOptions {
  readonly functions: readonly FunctionOptions[];
  /** Default `eu-west-1`. */
  readonly region?: string;
  /** Before a failed asynchronous invocation is repeated; twice that before the second time. Default 60,000. */
  readonly asyncRetryDelayMs?: number;
  /** Told after each invocation. */
  readonly onReport?: (report: InvocationReport) => void;
  /** Told each line that a function writes. Default: nobody is. */
  readonly onLog?: (line: FunctionLogLine) => void;
}

/** A process of a function. */
export interface ExecutionEnvironment {
  readonly pid: number;
  readonly state: 'starting' | 'idle' | 'busy';
  /** Stopped until the next invocation. */
  readonly frozen: boolean;
}

export interface LambdaService extends AsyncDisposable {
  /** For the AWS SDK: `new LambdaClient({ endpoint, region, credentials })`, with any credentials. */
  readonly endpoint: string;
  readonly region: string;
  /** The processes of a function. Throws `config_invalid` for an unknown name. */
  environments(functionName: string): readonly ExecutionEnvironment[];
  /** Ends the idle processes of a function, so that its next invocation is a cold start. */
  recycle(functionName: string): Promise<void>;
  /** From now on the function gets the messages of an SQS queue. Needs `@aws-sdk/client-sqs`. */
  mapQueue(options: SqsMappingOptions): Promise<EventSourceMapping>;
  /** Ends everything that runs. Idempotent. */
  shutdown(): Promise<void>;
}

/**
 * Starts the service. Nothing of it outlives the process that started it. Rejects with
 * `config_invalid` for wrong options, and when the runtime client is not built.
 *
 * @example
 * await using lambda = await startLambdaService({
 *   functions: [{ name: 'writer', handler: 'writer.handler', directory: '/path/to/code' }],
 * });
 * const client = new LambdaClient({ endpoint: lambda.endpoint, region: lambda.region, credentials });
 * await client.send(new InvokeCommand({ FunctionName: 'writer', Payload: '{}' }));
 */
export async function startLambdaService(options: LambdaServiceOptions): Promise<LambdaService> {
  const { region = 'eu-west-1', asyncRetryDelayMs = 60_000 } = options;
  const functions = options.functions.map(toFunctionSettings);
  const runtimeClient = findRuntimeClient();
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-lambda-'));
  const reaper = startReaper(directory);
  const host: WorkerHost = { runtimeClient, region, directory, reaper };
  const observer = {
    onReport: (report: InvocationReport): void => options.onReport?.(report),
    onLog: (line: FunctionLogLine): void => options.onLog?.(line),
  };
  const pools = new Map(functions.map((each) => [each.name, new WorkerPool(each, host, observer)]));
  const asynchronous = new AsynchronousInvocations(asyncRetryDelayMs);
  const mappings = new Set<EventSourceMapping>();
  const api = await startInvokeApi({
    find: (name) => pools.get(name),
    enqueue: (pool, { invocation }) => asynchronous.add(pool, invocation),
  });

  const shutdown = async (): Promise<void> => {
    asynchronous.shutdown();
    api.shutdown();
    const ends = [...mappings].map((mapping) => mapping.shutdown());
    await Promise.all([...pools.values()].map((pool) => pool.shutdown()));
    await Promise.all(ends);
    await reaper.release();
  };

  return {
    endpoint: api.endpoint,
    region,
    environments: (name) =>
      find(pools, name).workers.map(({ pid, state, frozen }) => ({ pid, state, frozen })),
    recycle: (name) => find(pools, name).recycle(),
    mapQueue: async (mappingOptions) => {
      const pool = find(pools, mappingOptions.functionName);
      const mapping = await startSqsMapping(pool, mappingOptions, region);
      mappings.add(mapping);
      return mapping;
    },
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

function find(pools: ReadonlyMap<string, WorkerPool>, name: string): WorkerPool {
  const pool = pools.get(name);
  if (pool !== undefined) return pool;
  const known = [...pools.keys()].join(', ');
  throw new RendezvousError('config_invalid', `there is no function "${name}", only: ${known}`);
}
