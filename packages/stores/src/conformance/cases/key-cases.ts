/** Which keys a shim finds, and that a read waits for its own key only. */
import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { caseWith } from '../conformance-case.js';
import { freshKey, writeAs } from '../request.js';
import type { SuiteContext } from '../suite-context.js';

export function listKeyCases({ harness, onShared }: SuiteContext): ConformanceCase[] {
  return [
    caseWith('the keys that a call names', harness.keys, ({ calls }) =>
      onShared(async ({ writer }) => {
        for (const call of calls) {
          writer.handle.take();
          await writeAs(writer, () => call.run(writer.client));
          const { branches, reads } = writer.handle.take();
          const found = [...branches, ...reads].map(({ keys }) => keys);
          assert.deepEqual(found, [call.keys], call.title);
        }
      }),
    ),
    {
      title: 'a read waits for writes on its own key, and for no other',
      run: () =>
        onShared(async ({ replica, reader, writer, wait }) => {
          const [held, other] = [freshKey(), freshKey()];
          await replica.lag.pause();
          try {
            const bookmark = await writeAs(writer, () =>
              writer.rv.with({ key: held }, () => writer.client.put(held, 'written')),
            );
            assert.equal((await wait(bookmark, { key: held })).status, 'timed_out');
            assert.equal((await wait(bookmark, { key: other })).status, 'consistent');
            // Were it to wait, it would wait for ever.
            const value = await reader.rv.run(bookmark, () =>
              reader.rv.with({ key: other }, () => reader.client.get(other)),
            );
            assert.equal(value, undefined);
          } finally {
            await replica.lag.resume();
          }
        }),
    },
  ];
}
