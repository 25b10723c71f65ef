import type { SqsLambdaRecord } from '../carriers/sqs-carrier.js';

/** The part of an SQS record that is used; `SQSRecord` of `@types/aws-lambda` fits. */
export interface SqsRecord extends SqsLambdaRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: {
    readonly ApproximateReceiveCount: string;
    readonly MessageGroupId?: string | undefined;
  };
  readonly eventSourceARN: string;
}

/** The part of the AWS SDK's `SQS` that is used. */
export interface VisibilityClient {
  changeMessageVisibility(input: {
    QueueUrl: string;
    ReceiptHandle: string;
    VisibilityTimeout: number;
  }): Promise<unknown>;
}

/** The URL of the queue that an ARN names. */
export function toQueueUrl(arn: string): string {
  const [, partition = '', , region = '', account = '', name = ''] = arn.split(':');
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://sqs.${region}.${domain}/${account}/${name}`;
}

/** What has to be processed in order: the message groups of a FIFO queue, each message of another. */
export function toGroups<Item extends SqsRecord>(records: readonly Item[]): readonly Item[][] {
  const groups = new Map<string, Item[]>();
  for (const record of records) {
    const isFifo = record.eventSourceARN.endsWith('.fifo');
    const { MessageGroupId = '' } = record.attributes;
    const key = isFifo ? `group ${MessageGroupId}` : `message ${record.messageId}`;
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  return [...groups.values()];
}
