import { setTimeout as sleep } from 'node:timers/promises';
import { createRendezvous } from '@rendezvous/client';
import { startDelayProxy } from '@rendezvous/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { bundleTestFunctions, startLambda, startPostsNode } from '../lambda-setup.js';

const THAW_COUNT = 5;
/** Longer than what the client takes for a pause (`probeAfterMs`); minutes would show the same. */
const FREEZE_MS = 1_100;

interface Answer {
  readonly status: string;
  readonly tookMs: number;
}

test('a function whose socket died silently while it was frozen is answered over a new connection', async () => {
  const [node, directory] = await Promise.all([startPostsNode(), bundleTestFunctions()]);
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
  const bookmark = await closedWrite(node.url);
  const waitOnce = async (): Promise<Answer> => (await invoke('wait', { bookmark })) as Answer;
  expect(await waitOnce()).toMatchObject({ status: 'consistent' });
  const tookMs: number[] = [];
  for (let count = 0; count < THAW_COUNT; count++) {
    while (lambda.environments('wait')[0]?.frozen !== true) await sleep(1);
    // Nothing that goes over the old connection arrives any more, and nobody says so.
    const used = proxies.find(({ connections }) => connections > 0);
    used?.pause();
    await sleep(FREEZE_MS);
    const answer = await waitOnce();
    expect(answer).toMatchObject({ status: 'consistent' });
    tookMs.push(answer.tookMs);
    used?.resume();
    used?.cut();
  }
  const sorted = tookMs.toSorted((a, b) => a - b).map((value) => value.toFixed(0));
  console.log(`First answered wait after a thaw with a silent socket, ms: ${sorted.join(', ')}`);
});

/** The bookmark of a write that is visible in us. */
async function closedWrite(nodes: string): Promise<string> {
  await using rv = createRendezvous({ region: 'eu', nodes, openTimeoutMs: 10_000 });
  return await rv.run(undefined, async () => {
    const { bid } = await rv.open({ store: 'posts' });
    await rv.close({ bid, region: 'us' });
    return rv.current() ?? '';
  });
}
