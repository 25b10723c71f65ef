/** How a notification travels: a topic in eu, a queue in us that is subscribed to it. */
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { startMessageServer } from '@rendezvous/testkit';

export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface Messaging extends AsyncDisposable {
  readonly endpoint: string;
  readonly topicArn: string;
  /** The reader's queue. */
  readonly queueUrl: string;
  /** A notification that was published, with all that it carries; each time another, while there are any. */
  takeSample(): Promise<Message | undefined>;
}

/** `visibilityTimeoutMs`: when a message that the reader gave back comes again, in whole seconds. */
export async function startMessaging(visibilityTimeoutMs: number): Promise<Messaging> {
  const server = await startMessageServer();
  const { endpoint } = server;
  const common = { endpoint, credentials: LOCAL_CREDENTIALS };
  const sns = new SNSClient({ ...common, region: 'eu-west-1' });
  const sqs = new SQSClient({ ...common, region: 'us-east-1' });
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'posts' }));

  const subscribeQueue = async (name: string): Promise<string> => {
    const VisibilityTimeout = String(Math.ceil(visibilityTimeoutMs / 1_000));
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout } }),
    );
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: Attributes?.['QueueArn'],
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
    return QueueUrl;
  };

  const queueUrl = await subscribeQueue('posts');
  const samplesUrl = await subscribeQueue('samples');
  return {
    endpoint,
    topicArn: TopicArn,
    queueUrl,
    takeSample: async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: samplesUrl,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return Messages[0];
    },
    [Symbol.asyncDispose]: async () => {
      sns.destroy();
      sqs.destroy();
      await server.shutdown();
    },
  };
}
