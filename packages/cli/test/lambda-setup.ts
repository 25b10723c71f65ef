// Lambda, SNS, SQS and a node for the tests of functions that are really invoked.
import { fileURLToPath } from 'node:url';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import {
  startLambdaService,
  startMessageServer,
  startNode,
  type FunctionLogLine,
  type FunctionOptions,
  type InvocationReport,
  type LambdaService,
  type MessageServer,
  type StartNodeOptions,
} from '@rendezvous/testkit';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { createFolder } from './running-command.js';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const region = 'eu-west-1';

/** The store has no replica that a monitor could reach. */
const NO_STRATEGY: StartNodeOptions['strategies'][string] = {
  kind: 'watermark',
  order: { parse: () => undefined, relation: () => 'pending' },
  connectReplica: () => Promise.reject(new Error('there is none')),
  readPrimary: () => Promise.reject(new Error('there is none')),
};

/** A node whose store is watched by nobody. */
export async function startPostsNode(): Promise<{ readonly url: string; readonly port: number }> {
  const node = await startNode({
    regions: ['eu', 'us'],
    stores: [{ name: 'posts', kind: 'none', home: 'eu', regions: { eu: [], us: [] } }],
    strategies: { none: NO_STRATEGY },
  });
  onTestFinished(() => node.shutdown());
  return node;
}

/** The folder with the bundled functions of `lambda-functions`. */
export async function bundleTestFunctions(): Promise<string> {
  const outdir = await createFolder();
  await build({
    entryPoints: ['relay', 'policy-reader'].map((name) =>
      fileURLToPath(new URL(`lambda-functions/${name}.ts`, import.meta.url)),
    ),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['rendezvous-source'],
    external: ['pg-native', 'bufferutil', 'utf-8-validate'],
  });
  return outdir;
}

export interface Queues {
  readonly server: MessageServer;
  readonly sns: SNS;
  readonly sqs: SQS;
  createQueue(name: string, attributes?: Record<string, string>): Promise<Queue>;
  /** A topic with the queue as its only subscriber; resolves with its ARN. */
  createTopic(name: string, queue: Queue): Promise<string>;
}

export interface Queue {
  readonly url: string;
  readonly arn: string;
}

export async function startQueues(): Promise<Queues> {
  const server = await startMessageServer();
  const config = { endpoint: server.endpoint, region, credentials };
  const [sns, sqs] = [new SNS(config), new SQS(config)];
  onTestFinished(async () => {
    sns.destroy();
    sqs.destroy();
    await server.shutdown();
  });
  return {
    server,
    sns,
    sqs,
    createQueue: async (QueueName, Attributes = {}) => {
      const { QueueUrl = '' } = await sqs.createQueue({ QueueName, Attributes });
      const found = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] });
      return { url: QueueUrl, arn: found.Attributes?.['QueueArn'] ?? '' };
    },
    createTopic: async (Name, { arn }) => {
      const { TopicArn = '' } = await sns.createTopic({ Name });
      const Attributes = { RawMessageDelivery: 'true' };
      await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: arn, Attributes });
      return TopicArn;
    },
  };
}

export interface RunningLambda {
  readonly lambda: LambdaService;
  readonly log: FunctionLogLine[];
  readonly reports: InvocationReport[];
  /** Rejects when the function fails. */
  readonly invoke: (functionName: string, event: object) => Promise<unknown>;
}

export async function startLambda(functions: readonly FunctionOptions[]): Promise<RunningLambda> {
  const log: FunctionLogLine[] = [];
  const reports: InvocationReport[] = [];
  const lambda = await startLambdaService({
    functions,
    onLog: (line) => log.push(line),
    onReport: (report) => reports.push(report),
  });
  const client = new LambdaClient({ endpoint: lambda.endpoint, region, credentials });
  onTestFinished(async () => {
    client.destroy();
    await lambda.shutdown();
  });
  return {
    lambda,
    log,
    reports,
    invoke: async (FunctionName, event) => {
      const Payload = JSON.stringify(event);
      const answer = await client.send(new InvokeCommand({ FunctionName, Payload }));
      const text = Buffer.from(answer.Payload ?? []).toString();
      if (answer.FunctionError !== undefined) throw new Error(text);
      return JSON.parse(text) as unknown;
    },
  };
}
