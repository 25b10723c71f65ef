import { setTimeout as sleep } from 'node:timers/promises';
import { startDelayProxy } from '@rendezvous/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { bundleRelay, startLambda, startPostsNode } from '../lambda-setup.js';

const THAW_COUNT = 10;

interface Answer {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly tookMs: number;
}

test('a function whose socket died silently while it was frozen is answered over a new connection', async () => {
  const [node, directory] = await Promise.all([startPostsNode(), bundleRelay()]);
  const proxies = await Promise.all([1, 2].map(() => startDelayProxy({ targetPort: node.port })));
  onTestFinished(() => Promise.all(proxies.map((proxy) => proxy.shutdown())).then(() => undefined));
  const { lambda, invoke } = await startLambda([
    {
      name: 'wait',
      handler: 'relay.wait',
      directory,
      timeoutMs: 30_000,
      environment: {
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        RENDEZVOUS_REGION: 'us',
        RENDEZVOUS_NODES: proxies.map(({ port }) => `ws://127.0.0.1:${port}`).join('|'),
      },
    },
  ]);
  const waitOnce = async (): Promise<Answer> => (await invoke('wait', {})) as Answer;
  const warm = await waitOnce();
  const tookMs: number[] = [];
  for (let count = 0; count < THAW_COUNT; count++) {
    while (lambda.environments('wait')[0]?.frozen !== true) await sleep(1);
    // Nothing that goes over the old connection arrives any more, and nobody says so.
    const used = proxies.find(({ connections }) => connections > 0);
    used?.pause();
    const answer = await waitOnce();
    expect(answer).toMatchObject({ status: warm.status, reasons: warm.reasons });
    tookMs.push(answer.tookMs);
    used?.resume();
    used?.cut();
  }
  const sorted = tookMs.toSorted((a, b) => a - b).map((value) => value.toFixed(0));
  console.log(`First answered wait after a thaw with a silent socket, ms: ${sorted.join(', ')}`);
});
