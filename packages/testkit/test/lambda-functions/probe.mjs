// Handlers for the tests of the Lambda service: each does what its event says.
import { setTimeout as sleep } from 'node:timers/promises';

let invocationCount = 0;
let ticks = 0;
setInterval(() => (ticks += 1), 5).unref();

export async function handler(event, context) {
  invocationCount += 1;
  if (event.say) console.log(event.say);
  if (event.fail) throw new TypeError(event.fail);
  if (event.exit) process.exit(event.exit);
  if (event.background) setTimeout(() => console.log(event.background), 1);
  await sleep(event.sleepMs ?? 0);
  return {
    event,
    invocationCount,
    ticks,
    pid: process.pid,
    requestId: context.awsRequestId,
    remainingMs: context.getRemainingTimeInMillis(),
    arn: context.invokedFunctionArn,
    clientContext: context.clientContext,
    memory: context.memoryLimitInMB,
    environment: process.env,
  };
}
