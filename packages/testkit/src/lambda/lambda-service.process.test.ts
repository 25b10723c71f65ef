import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InvokeCommand, LambdaClient, type InvokeCommandInput } from '@aws-sdk/client-lambda';
import { expect, onTestFinished, test } from 'vitest';
import type { FunctionOptions } from './function-options.js';
import type { FunctionLogLine, InvocationReport } from './invocation.js';
import { startLambdaService, type LambdaService } from './lambda-service.js';

const directory = fileURLToPath(new URL('../../test/lambda-functions', import.meta.url));
const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };

interface Probe {
  readonly invocationCount: number;
  readonly ticks: number;
  readonly pid: number;
  readonly remainingMs: number;
  readonly [name: string]: unknown;
}

interface Setup {
  readonly lambda: LambdaService;
  readonly reports: InvocationReport[];
  readonly log: FunctionLogLine[];
  readonly invoke: (payload: object, input?: Partial<InvokeCommandInput>) => Promise<Answer>;
}

interface Answer {
  readonly status: number | undefined;
  readonly error: string | undefined;
  readonly value: Probe;
  readonly log: string;
}

async function setup(
  options: Partial<FunctionOptions> = {},
  asyncRetryDelayMs: number = 1,
): Promise<Setup> {
  const reports: InvocationReport[] = [];
  const log: FunctionLogLine[] = [];
  const lambda = await startLambdaService({
    functions: [
      { name: 'probe', handler: 'probe.handler', directory, ...options },
      { name: 'broken', handler: 'broken.handler', directory },
    ],
    asyncRetryDelayMs,
    onReport: (report) => reports.push(report),
    onLog: (line) => log.push(line),
  });
  const { endpoint, region } = lambda;
  const client = new LambdaClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await lambda.shutdown();
  });
  return {
    lambda,
    reports,
    log,
    invoke: async (payload, input) => {
      const answer = await client.send(
        new InvokeCommand({ FunctionName: 'probe', Payload: JSON.stringify(payload), ...input }),
      );
      const text = Buffer.from(answer.Payload ?? []).toString();
      return {
        status: answer.StatusCode,
        error: answer.FunctionError,
        value: (text === '' ? undefined : JSON.parse(text)) as Probe,
        log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
      };
    },
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}

/** `T`: stopped. */
async function processState(pid: number): Promise<string | undefined> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8');
  return /\) (\w)/.exec(status)?.[1];
}

test('an invocation gets event, context and environment as in Lambda, and its process is reused', async () => {
  const { invoke, reports, log } = await setup({ environment: { TABLE: 'posts' } });
  const clientContext = JSON.stringify({ custom: { word: 'Grüße' } });
  const first = await invoke(
    { say: 'hello' },
    { ClientContext: Buffer.from(clientContext).toString('base64'), LogType: 'Tail' },
  );
  expect(first).toMatchObject({
    status: 200,
    error: undefined,
    value: {
      event: { say: 'hello' },
      invocationCount: 1,
      arn: 'arn:aws:lambda:eu-west-1:000000000000:function:probe',
      clientContext: { custom: { word: 'Grüße' } },
      memory: '128',
      environment: { TABLE: 'posts', AWS_REGION: 'eu-west-1', AWS_LAMBDA_FUNCTION_NAME: 'probe' },
    },
  });
  expect(first.log).toContain('hello');
  expect(first.value.remainingMs).toBeLessThanOrEqual(3_000);
  const second = await invoke({});
  expect(second.value).toMatchObject({ invocationCount: 2, pid: first.value.pid });
  await until(() => reports.length === 2);
  expect(reports).toMatchObject([
    { coldStart: true, outcome: 'success', requestId: first.value['requestId'] },
    { coldStart: false, initMs: 0, requestId: second.value['requestId'] },
  ]);
  const [cold] = reports;
  expect(cold?.billedMs).toBe(Math.ceil((cold?.initMs ?? 0) + (cold?.durationMs ?? 0)));
  expect(log.filter(({ requestId }) => requestId === cold?.requestId)).toHaveLength(1);
});

test('a process is stopped while it has nothing to do, and goes on with the next event', async () => {
  const { invoke, lambda, log } = await setup();
  const { pid } = (await invoke({ background: 'after the thaw' })).value;
  await until(async () => (await processState(pid)) === 'T');
  expect(lambda.environments('probe')).toEqual([{ pid, state: 'idle', frozen: true }]);
  const { ticks } = (await invoke({})).value;
  await until(async () => (await processState(pid)) === 'T');
  const before = performance.now();
  await sleep(300);
  const later = (await invoke({ sleepMs: 20 })).value;
  expect(later.pid).toBe(pid);
  // A timer of 5 ms that ran all the time would have come far more often.
  expect(later.ticks - ticks).toBeLessThan((performance.now() - before) / 5 / 2);
  await until(() => log.some(({ line }) => line.includes('after the thaw')));
});

test('without freezing, a process goes on between invocations', async () => {
  const { invoke, log, lambda } = await setup({ freeze: false });
  await invoke({ background: 'right away' });
  await until(() => log.some(({ line }) => line.includes('right away')));
  expect(lambda.environments('probe')).toMatchObject([{ frozen: false }]);
});

test('concurrent invocations get a process each, up to the limit, and then are throttled', async () => {
  const { invoke, lambda } = await setup({ concurrencyMax: 2 });
  const running = [invoke({ sleepMs: 500 }), invoke({ sleepMs: 500 })];
  await until(() => lambda.environments('probe').length === 2);
  await expect(invoke({})).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  const pids = (await Promise.all(running)).map(({ value }) => value.pid);
  expect(new Set(pids).size).toBe(2);
});

test('an error of the handler, an early exit, a timeout and a failed start are told as Lambda does', async () => {
  const { invoke, reports } = await setup({ timeoutMs: 1_000 });
  expect(await invoke({ fail: 'no' })).toMatchObject({
    status: 200,
    error: 'Unhandled',
    value: { errorType: 'TypeError', errorMessage: 'no' },
  });
  const exit = await invoke({ exit: 7 });
  expect(exit.error).toBe('Unhandled');
  expect(exit.value).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(exit.value['errorMessage']).toMatch(/^RequestId: \S+ Error: .* exit status 7$/);
  const late = await invoke({ sleepMs: 60_000 });
  expect(late.value).toMatchObject({ errorType: 'Sandbox.Timedout' });
  expect(late.value['errorMessage']).toMatch(/Task timed out after 1\.00 seconds$/);
  const broken = await invoke({}, { FunctionName: 'broken' });
  expect(broken).toMatchObject({ error: 'Unhandled', value: { errorMessage: 'not today' } });
  expect((await invoke({})).value.invocationCount).toBe(1);
  await until(() => reports.length === 5);
  expect(reports.map(({ outcome }) => outcome)).toEqual([
    'error',
    'exit',
    'timeout',
    'error',
    'success',
  ]);
});

test('an asynchronous invocation is accepted at once, and repeated twice when it fails', async () => {
  const { invoke, reports } = await setup();
  expect(await invoke({ fail: 'again' }, { InvocationType: 'Event' })).toMatchObject({
    status: 202,
  });
  await until(() => reports.length === 3);
  const [first, ...others] = reports.map(({ requestId }) => requestId);
  expect(others).toEqual([first, first]);
});

test('what cannot be invoked is refused with the exceptions of the SDK', async () => {
  const { invoke } = await setup();
  const wrong: [Partial<InvokeCommandInput>, string][] = [
    [{ FunctionName: 'nobody' }, 'ResourceNotFoundException'],
    [{ Payload: 'not JSON' }, 'InvalidRequestContentException'],
    [{ Payload: JSON.stringify('x'.repeat(6 * 1024 * 1024)) }, 'RequestTooLargeException'],
  ];
  for (const [input, name] of wrong) {
    await expect(invoke({}, input)).rejects.toMatchObject({ name });
  }
  expect(await invoke({}, { InvocationType: 'DryRun' })).toMatchObject({ status: 204 });
  const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:probe:$LATEST';
  expect((await invoke({}, { FunctionName: arn })).error).toBeUndefined();
});

test('recycle() makes the next invocation a cold start, and shutdown() leaves no process', async () => {
  const { invoke, lambda } = await setup();
  const { pid } = (await invoke({})).value;
  await until(() => lambda.environments('probe')[0]?.state === 'idle');
  await lambda.recycle('probe');
  const next = (await invoke({})).value;
  expect(next.pid).not.toBe(pid);
  await lambda.shutdown();
  await expect(processState(next.pid)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('wrong options are refused', async () => {
  const functions = [{ name: 'f', handler: 'f.handler', directory, timeoutMs: 0 }];
  await expect(startLambdaService({ functions })).rejects.toMatchObject({ code: 'config_invalid' });
});
