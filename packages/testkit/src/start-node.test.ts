import { expect, test } from 'vitest';
import { startNode } from './start-node.js';

test('startNode() starts nodes on free loopback ports, which they give back', async () => {
  const options = { regions: ['eu'], stores: [], strategies: {} };
  const first = await startNode(options);
  await using second = await startNode(options);
  expect(first.port).not.toBe(second.port);
  const health = await fetch(`http://127.0.0.1:${String(first.port)}/healthz`);
  expect(health.status).toBe(200);
  await first.shutdown();
  await using third = await startNode({ ...options, port: first.port });
  expect(third.url).toBe(first.url);
});
