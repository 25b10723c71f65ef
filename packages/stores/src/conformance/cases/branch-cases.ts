/** What opens a branch: every write one, a read none, a rollback or a refusal none. */
import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { caseWith } from '../conformance-case.js';
import { type Deployment, STORE } from '../deployment.js';
import type { ObservedBranch } from '../observed-handle.js';
import { freshKey, writeAs } from '../request.js';
import type { SuiteContext } from '../suite-context.js';

export function listBranchCases({ harness, onShared }: SuiteContext): ConformanceCase[] {
  const { writes, otherWrites, reads, failures } = harness;
  return [
    ...writes.map((write) => ({
      title: `one branch, which its own read then sees: ${write.title}`,
      run: () =>
        onShared(async (deployment) => {
          const { writer } = deployment;
          const key = freshKey();
          const branches = await observe(deployment, () => write.run(writer.client, key, 'mine'));
          assertOneBranch(deployment, branches);
          assert.equal(await writer.client.get(key), 'mine', 'the harness did not write');
        }),
    })),
    ...otherWrites.map((write) => ({
      title: `one branch: ${write.title}`,
      run: () =>
        onShared(async (deployment) => {
          const branches = await observe(deployment, () =>
            write.run(deployment.writer.client, freshKey()),
          );
          assertOneBranch(deployment, branches);
        }),
    })),
    ...reads.map((read) => ({
      title: `no branch: ${read.title}`,
      run: () =>
        onShared(async (deployment) => {
          const branches = await observe(deployment, () =>
            read.run(deployment.writer.client, freshKey()),
          );
          assert.deepEqual(branches, []);
        }),
    })),
    ...failures.map((failure) => ({
      title: `no branch, and the error that the bare driver gives: ${failure.title}`,
      run: () =>
        onShared(async (deployment) => {
          const key = freshKey();
          const bare = await deployment.connectBare(deployment.store.primary.url);
          const expected = await toFailure(failure.run(bare, key));
          let actual: unknown;
          const branches = await observe(deployment, async () => {
            actual = await toFailure(failure.run(deployment.writer.client, key));
          });
          assert.deepEqual(branches, []);
          assert.deepEqual(actual, expected);
        }),
    })),
    caseWith('no branch on a rollback', harness.rollback, (rollback) =>
      onShared(async (deployment) => {
        const { client } = deployment.writer;
        const key = freshKey();
        assert.deepEqual(await observe(deployment, () => rollback.run(client, key, 'lost')), []);
        assert.equal(await client.get(key), undefined, 'the harness did not roll back');
      }),
    ),
  ];
}

/** The branches that `call` opens, as a request of the writer. */
export async function observe(
  { writer }: Deployment,
  call: () => Promise<unknown>,
): Promise<readonly ObservedBranch[]> {
  writer.handle.take();
  await writeAs(writer, call);
  return writer.handle.take().branches;
}

function assertOneBranch({ harness }: Deployment, branches: readonly ObservedBranch[]): void {
  assert.equal(branches.length, 1, `branches of ${STORE}`);
  const { order } = harness.strategy;
  const position = branches[0]?.position ?? '';
  assert.notEqual(order.parse(position), undefined, `no position of the store: "${position}"`);
}

/** Class, message and fields of the error that a call ends with. */
async function toFailure(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) return error;
    const { name, message, constructor } = error;
    return { name, message, constructor, fields: Object.fromEntries(Object.entries(error)) };
  }
  throw new assert.AssertionError({ message: 'the harness says that this call fails; it did not' });
}
