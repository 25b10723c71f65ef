/** What the AWS SDK's clients put on the wire once they carry. SNS and SQS are in `lambda/queues.test.ts`. */

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { KinesisClient, PutRecordCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BOOKMARK, createCarrying } from '../../test/bookmarks.js';
import { startRecorder } from '../../test/recorder.js';
import { carry } from './carry.js';
import { Envelopes } from './envelopes.js';

// A machine under load takes its time to start a node, or to load the SDK.
vi.setConfig({ testTimeout: 20_000 });

const BAGGAGE = `rendezvous=${BOOKMARK}`;
const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function endWithTest<Client extends { destroy(): void }>(client: Client): Client {
  onTestFinished(() => {
    client.destroy();
  });
  return client;
}

test('EventBridge: the envelope goes to the buses that are switched on, and to no other', async () => {
  const [recorder, rv] = [await startRecorder(), createCarrying()];
  const client = endWithTest(new EventBridgeClient(recorder.config));
  carry(client, rv, { envelopes: ['arn:aws:events:eu-west-1:123456789012:event-bus/orders'] });
  const entry = { Source: 's', DetailType: 't', Detail: '{"id":1}' };
  const Entries = [entry, { ...entry, EventBusName: 'orders' }];
  await rv.run(BOOKMARK, () => client.send(new PutEventsCommand({ Entries })));
  const sent = JSON.parse(recorder.requests[0]?.body ?? '') as { Entries: { Detail: string }[] };
  expect(sent.Entries.map(({ Detail }) => Detail)).toEqual([
    '{"id":1}',
    `{"_rendezvous":"${BAGGAGE}","id":1}`,
  ]);
  expect(rv.counters.bookmarksDroppedBy['eventbridge']).toMatchObject({ inject_dropped: 1 });
});

test('Kinesis: the envelope goes to the streams that are switched on, and to no other', async () => {
  const [recorder, rv] = [await startRecorder(), createCarrying()];
  const client = endWithTest(new KinesisClient(recorder.config));
  // The recorder does not speak HTTP/2.
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  client.config.requestHandler = new NodeHttpHandler();
  carry(client, rv, { envelopes: ['posts'] });
  const record = { Data: toBytes('{"id":1}'), PartitionKey: '1' };
  await rv.run(BOOKMARK, async () => {
    await client.send(new PutRecordCommand({ ...record, StreamName: 'posts' }));
    await client.send(new PutRecordsCommand({ StreamName: 'posts', Records: [record] }));
    await client.send(new PutRecordCommand({ ...record, StreamName: 'others' }));
  });
  const sent = recorder.requests.map(({ body }) => {
    const { Data, Records } = JSON.parse(body) as { Data?: string; Records?: { Data: string }[] };
    return Buffer.from(Data ?? Records?.[0]?.Data ?? '', 'base64').toString();
  });
  const carrying = `{"_rendezvous":"${BAGGAGE}","id":1}`;
  expect(sent).toEqual([carrying, carrying, '{"id":1}']);
  expect(rv.counters.bookmarksDroppedBy['kinesis']).toMatchObject({ inject_dropped: 1 });
});

test('Lambda: the client context of a synchronous invocation; the payload of another, where switched on', async () => {
  const [recorder, rv] = [await startRecorder(), createCarrying()];
  const client = carry(endWithTest(new LambdaClient(recorder.config)), rv, { envelopes: ['on'] });
  const invocation = { FunctionName: 'off', Payload: toBytes('{"id":1}') };
  await rv.run(BOOKMARK, async () => {
    await client.send(new InvokeCommand(invocation));
    await client.send(new InvokeCommand({ ...invocation, InvocationType: 'Event' }));
    const FunctionName = 'arn:aws:lambda:eu-west-1:123456789012:function:on:live';
    await client.send(new InvokeCommand({ ...invocation, FunctionName, InvocationType: 'Event' }));
    await client.send(new InvokeCommand({ ...invocation, InvocationType: 'DryRun' }));
    await client.send(new ListFunctionsCommand({}));
  });
  const [synchronous, off, on, dry] = recorder.requests;
  const context = Buffer.from(synchronous?.clientContext ?? '', 'base64').toString();
  expect(JSON.parse(context)).toEqual({ custom: { baggage: BAGGAGE } });
  expect(synchronous?.body).toBe('{"id":1}');
  expect(off).toEqual({ clientContext: undefined, body: '{"id":1}' });
  expect(on?.body).toBe(`{"_rendezvous":"${BAGGAGE}","id":1}`);
  expect(dry).toEqual({ clientContext: undefined, body: '{"id":1}' });
  expect(rv.counters.bookmarksDroppedBy['lambda']).toMatchObject({ inject_dropped: 1 });
});

test('Step Functions: the envelope goes into the input where it is switched on', async () => {
  const [recorder, rv] = [await startRecorder(), createCarrying()];
  const client = endWithTest(new SFNClient(recorder.config));
  const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:orders';
  carry(client, rv, { envelopes: [stateMachineArn] });
  await rv.run(BOOKMARK, async () => {
    await client.send(new StartExecutionCommand({ stateMachineArn, input: '{"id":1}' }));
    await client.send(
      new StartSyncExecutionCommand({ stateMachineArn: `${stateMachineArn}:live` }),
    );
    await client.send(
      new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}2`, input: '{}' }),
    );
  });
  const inputs = recorder.requests.map(({ body }) => (JSON.parse(body) as { input: string }).input);
  const carrying = `{"_rendezvous":"${BAGGAGE}"`;
  expect(inputs).toEqual([`${carrying},"id":1}`, `${carrying}}`, '{}']);
});

test('to carry twice changes nothing, or the options; the client stays what it was', async () => {
  const [recorder, rv] = [await startRecorder(), createCarrying()];
  const client = endWithTest(new EventBridgeClient(recorder.config));
  const other = createCarrying();
  expect(carry(carry(client, other), rv, { envelopes: ['default'] })).toBe(client);
  const Entries = [{ Source: 's', DetailType: 't', Detail: '{"id":1}' }];
  await rv.run(BOOKMARK, () => client.send(new PutEventsCommand({ Entries })));
  expect(recorder.requests[0]?.body.match(/_rendezvous/g)).toHaveLength(1);
  expect([rv.counters.bookmarksDropped, other.counters.bookmarksDropped]).toEqual([0, 0]);
  expect(carry(new SNSClient({ region: 'eu-west-1' }), rv)).toBeInstanceOf(SNSClient);
});

test('what is no input of the command is for the service to refuse', async () => {
  const [recorder, rv] = [await startRecorder(), createCarrying()];
  const client = carry(endWithTest(new EventBridgeClient(recorder.config)), rv);
  const nonsense = { Entries: 1 as unknown as [] };
  await rv.run(BOOKMARK, () => client.send(new PutEventsCommand(nonsense)).catch(() => undefined));
  await rv.run(BOOKMARK, () => client.send(new PutEventsCommand({ Entries: undefined })));
  expect(recorder.requests.length).toBeGreaterThan(0);
});

test.each([
  ['orders', 'arn:aws:events:eu-west-1:123456789012:event-bus/orders', true],
  ['arn:aws:kinesis:eu-west-1:123456789012:stream/orders', 'orders', true],
  ['orders', 'arn:aws:states:eu-west-1:123456789012:stateMachine:orders:live', true],
  ['orders:live', 'arn:aws:lambda:eu-west-1:123456789012:function:orders', true],
  ['orders', '123456789012:function:orders', true],
  ['orders', 'orders2', false],
  ['orders', 'arn:aws:kinesis:eu-west-1:123456789012:stream/my/orders', false],
  ['orders', undefined, false],
])('switched on for %s: %s is meant? %s', (name, asked, expected) => {
  expect(new Envelopes([name]).allows(asked)).toBe(expected);
});
