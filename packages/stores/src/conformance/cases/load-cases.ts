/** Many branches open at a time: all close, and what they cost the datastore. */
import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { caseWith } from '../conformance-case.js';
import { CONNECTION_COUNT, type Deployment } from '../deployment.js';
import { type Bookmark, freshKey, readAs, type Side } from '../request.js';
import type { SuiteContext } from '../suite-context.js';

const MANY_COUNT = 10_000;
const COUNTED_COUNT = 1_000;
/** One position closes many branches; a marker is looked up for each. */
const OPERATIONS_PER_CLOSE_MAX = { watermark: 0.05, signal: 0.05, probe: 1.2 };

export function listLoadCases({ harness, onShared, print }: SuiteContext): ConformanceCase[] {
  const { manyCount = MANY_COUNT } = harness;
  const operationsMax = OPERATIONS_PER_CLOSE_MAX[harness.strategy.kind];
  return [
    {
      title: `${String(manyCount)} open branches: none is closed early, all are closed in the end`,
      run: () =>
        onShared(async (deployment) => {
          const keys = Array.from({ length: manyCount }, freshKey);
          const { bookmark, openMs, closeMs } = await openAndClose(deployment, keys, () =>
            Promise.resolve(),
          );
          print(
            `${String(manyCount)} branches were opened in ${openMs.toFixed(0)} ms, and closed in ${closeMs.toFixed(0)} ms`,
          );
          const last = keys.at(-1) ?? '';
          assert.equal(await readAs(deployment.reader, bookmark, last), last);
        }),
    },
    caseWith(
      `at most ${String(operationsMax)} datastore operations per closed branch at ${String(COUNTED_COUNT)} open`,
      harness.monitorOperations,
      (operations) =>
        onShared(async (deployment) => {
          const { store } = deployment;
          const keys = Array.from({ length: COUNTED_COUNT }, freshKey);
          let before = 0;
          await openAndClose(deployment, keys, async () => {
            before = await operations.count(store);
          });
          const count = (await operations.count(store)) - before;
          const perClose = count / COUNTED_COUNT;
          print(
            `${String(count)} datastore operations closed ${String(COUNTED_COUNT)} open branches: ${String(perClose)} each`,
          );
          assert.ok(perClose <= operationsMax, `${String(perClose)} operations per closed branch`);
        }),
    ),
  ];
}

interface Opened {
  readonly bookmark: Bookmark;
  readonly openMs: number;
  /** From the end of the hold to the answer of a wait for all. */
  readonly closeMs: number;
}

/** Opens a branch per key while replication is held, calls `onOpen`, lets go, and waits for all. */
async function openAndClose(
  deployment: Deployment,
  keys: readonly string[],
  onOpen: () => Promise<void>,
): Promise<Opened> {
  const { replica, writer, wait } = deployment;
  await replica.lag.pause();
  try {
    const beginMs = performance.now();
    const bookmark = await putAll(writer, keys);
    const openMs = performance.now() - beginMs;
    assert.equal((await wait(bookmark)).status, 'timed_out');
    await onOpen();
    const startMs = performance.now();
    await replica.lag.resume();
    const { status } = await wait(bookmark, { timeoutMs: 60_000 });
    assert.equal(status, 'consistent');
    return { bookmark, openMs, closeMs: performance.now() - startMs };
  } finally {
    await replica.lag.resume();
  }
}

/** As one request, over all connections; each key has its own text as its value. */
function putAll({ rv, client }: Side, keys: readonly string[]): Promise<Bookmark> {
  return rv.run(undefined, async () => {
    const rest = [...keys];
    const work = async (): Promise<void> => {
      for (let key = rest.pop(); key !== undefined; key = rest.pop()) await client.put(key, key);
    };
    await Promise.all(Array.from({ length: CONNECTION_COUNT }, work));
    return rv.current();
  });
}
