/** How the bookmark gets into the input of each command that sends something. */

import { eventBridgeCarrier } from '../carriers/event-bridge-carrier.js';
import type { EventBridgeEntry } from '../carriers/event-bridge-carrier.js';
import { kinesisCarrier } from '../carriers/kinesis-carrier.js';
import type { KinesisMessage } from '../carriers/kinesis-carrier.js';
import { lambdaCarrier, lambdaPayloadCarrier } from '../carriers/lambda-carriers.js';
import type { LambdaInvocation } from '../carriers/lambda-carriers.js';
import { BAGGAGE } from '../carriers/message-attributes.js';
import { dropBookmark } from '../carriers/message-carrier.js';
import type { CarrierName, Injector } from '../carriers/message-carrier.js';
import { snsCarrier } from '../carriers/sns-carrier.js';
import type { SnsMessage } from '../carriers/sns-carrier.js';
import { sqsCarrier } from '../carriers/sqs-carrier.js';
import type { SqsMessage } from '../carriers/sqs-carrier.js';
import { stepFunctionsCarrier } from '../carriers/step-functions-carrier.js';
import type { StepFunctionsStart } from '../carriers/step-functions-carrier.js';
import type { Envelopes } from './envelopes.js';

/** What the input of a command is rewritten with. */
export interface Sending {
  readonly rv: Injector;
  readonly envelopes: Envelopes;
}

type Rewrite = (sending: Sending, input: never) => object;

/** By client and command, as the SDK names them: other services have commands of the same names. */
const REWRITES: Readonly<Record<string, Rewrite>> = {
  'SNSClient.PublishCommand': publish,
  'SNSClient.PublishBatchCommand': publishBatch,
  'SQSClient.SendMessageCommand': ({ rv }, input: SqsMessage) => sqsCarrier.inject(rv, input),
  'SQSClient.SendMessageBatchCommand': sendMessageBatch,
  'SQSClient.ReceiveMessageCommand': receiveMessage,
  'EventBridgeClient.PutEventsCommand': putEvents,
  'KinesisClient.PutRecordCommand': putRecord,
  'KinesisClient.PutRecordsCommand': putRecords,
  'LambdaClient.InvokeCommand': invoke,
  'LambdaClient.InvokeWithResponseStreamCommand': invoke,
  'SFNClient.StartExecutionCommand': startExecution,
  'SFNClient.StartSyncExecutionCommand': startExecution,
};

/** The input to send instead: a copy, or the same one where the command sends nothing on. */
export function rewriteInput(command: string, sending: Sending, input: object): object {
  const rewrite = Object.hasOwn(REWRITES, command) ? REWRITES[command] : undefined;
  // The table ties each command's name to the type of its input.
  return rewrite?.(sending, input as never) ?? input;
}

/** A text message to a phone reaches no function. */
function publish({ rv }: Sending, input: SnsMessage & { PhoneNumber?: string }): object {
  return input.PhoneNumber === undefined ? snsCarrier.inject(rv, input) : input;
}

interface PublishBatch {
  readonly PublishBatchRequestEntries?: readonly SnsMessage[];
}

function publishBatch({ rv }: Sending, input: PublishBatch): object {
  const { PublishBatchRequestEntries: entries = [] } = input;
  return { ...input, PublishBatchRequestEntries: snsCarrier.injectAll(rv, entries) };
}

interface SendMessageBatch {
  readonly Entries?: readonly SqsMessage[];
}

function sendMessageBatch({ rv }: Sending, input: SendMessageBatch): object {
  const { Entries: entries = [] } = input;
  return { ...input, Entries: sqsCarrier.injectAll(rv, entries) };
}

interface ReceiveMessage {
  readonly MessageAttributeNames?: readonly string[];
}

/** SQS returns only the attributes that were asked for. */
function receiveMessage(_sending: Sending, input: ReceiveMessage): object {
  const { MessageAttributeNames: names = [] } = input;
  const asked = names.some((name) => ['All', '.*', BAGGAGE].includes(name));
  return asked ? input : { ...input, MessageAttributeNames: [...names, BAGGAGE] };
}

interface PutEvents {
  readonly Entries?: readonly (EventBridgeEntry & { readonly EventBusName?: string })[];
}

function putEvents({ rv, envelopes }: Sending, input: PutEvents): object {
  const { Entries: entries = [] } = input;
  const allowed = entries.filter(({ EventBusName = 'default' }) => envelopes.allows(EventBusName));
  const carrying = eventBridgeCarrier.injectAll(rv, allowed);
  const replacements = new Map(allowed.map((entry, index) => [entry, carrying[index] ?? entry]));
  for (const entry of entries) if (!replacements.has(entry)) dropBookmark(rv, 'eventbridge');
  return { ...input, Entries: entries.map((entry) => replacements.get(entry) ?? entry) };
}

interface ToStream {
  readonly StreamName?: string;
  readonly StreamARN?: string;
}

function putRecord(sending: Sending, input: KinesisMessage & ToStream): object {
  if (!isAllowed(sending, input.StreamName ?? input.StreamARN, 'kinesis')) return input;
  return kinesisCarrier.inject(sending.rv, input);
}

interface PutRecords extends ToStream {
  readonly Records?: readonly KinesisMessage[];
}

function putRecords(sending: Sending, input: PutRecords): object {
  const { Records: records = [] } = input;
  if (!isAllowed(sending, input.StreamName ?? input.StreamARN, 'kinesis')) return input;
  return { ...input, Records: kinesisCarrier.injectAll(sending.rv, records) };
}

interface Invoke extends LambdaInvocation {
  readonly FunctionName?: string;
  readonly InvocationType?: string;
}

/** The client context reaches synchronous invocations only. */
function invoke(sending: Sending, input: Invoke): object {
  if (input.InvocationType === 'DryRun') return input;
  if (input.InvocationType !== 'Event') return lambdaCarrier.inject(sending.rv, input);
  if (!isAllowed(sending, input.FunctionName, 'lambda')) return input;
  return lambdaPayloadCarrier.inject(sending.rv, input);
}

function startExecution(
  sending: Sending,
  input: StepFunctionsStart & { readonly stateMachineArn?: string },
): object {
  if (!isAllowed(sending, input.stateMachineArn, 'sfn')) return input;
  return stepFunctionsCarrier.inject(sending.rv, input);
}

/** Where it is not, the bookmark counts as dropped. */
function isAllowed(
  { rv, envelopes }: Sending,
  nameOrArn: string | undefined,
  carrier: CarrierName,
): boolean {
  const allowed = envelopes.allows(nameOrArn);
  if (!allowed) dropBookmark(rv, carrier);
  return allowed;
}
