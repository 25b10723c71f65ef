import type { Body } from './item.js';

/** An error as DynamoDB answers it: HTTP 400 (500 for its own), with a type. */
export class DynamoDBFault extends Error {
  readonly type: string;
  readonly status: number;
  /** The whole answer. */
  readonly body: Body;

  constructor(type: string, message: string, rest: Body = {}, status: number = 400) {
    super(message);
    this.type = type;
    this.status = status;
    this.body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, ...rest };
  }
}

/** The error that an answer with this status and body stands for. */
export function toFault(status: number, body: Body): DynamoDBFault {
  const { __type: type, message, Message, ...rest } = body as Readonly<Record<string, string>>;
  const name = (type ?? 'InternalServerError').replace(/^.*#/, '');
  return new DynamoDBFault(name, message ?? Message ?? '', rest, status);
}
