import { decodeClientFrame, isUlid, type Open } from '@rendezvous/protocol';
import { expect, test } from 'vitest';
import { createOpenTemplate, OPEN_ID_MIN, OpenFrames } from './open-frames.js';
import { UlidMint } from './ulid-mint.js';

function decodeAll(frames: readonly Uint8Array[]): { id: number; body: Open }[] {
  return frames.flatMap((frame) =>
    decodeClientFrame(frame).map(({ id, body }) => {
      if (body.kind !== 'open') throw new Error(`not an open: ${body.kind}`);
      return { id, body };
    }),
  );
}

interface Setup {
  readonly frames: OpenFrames;
  readonly sent: Uint8Array[];
}

function setup(stores: readonly string[], requestCount: number): Setup {
  const sent: Uint8Array[] = [];
  const frames = new OpenFrames({
    templates: stores.map(createOpenTemplate),
    mint: new UlidMint(),
    requestCount,
    send: (frame) => sent.push(frame),
  });
  return { frames, sent };
}

test('every open has ids of its own, a key and a position; those of a request share the rid', () => {
  const { frames, sent } = setup(['a', 'store-2'], 2);
  frames.add(OPEN_ID_MIN, 1_700_000_000_000);
  frames.add(OPEN_ID_MIN + 1_000_000, 1_700_000_000_001);
  expect(sent).toHaveLength(0);
  frames.flush();
  frames.flush();
  expect(sent).toHaveLength(1);
  const opens = decodeAll(sent);
  expect(opens.map(({ id }) => id - OPEN_ID_MIN)).toEqual([0, 1, 1_000_000, 1_000_001]);
  expect(opens.map(({ body }) => body.store)).toEqual(['a', 'store-2', 'a', 'store-2']);
  expect(opens.every(({ body }) => isUlid(body.bid) && isUlid(body.rid))).toBe(true);
  expect(new Set(opens.map(({ body }) => body.bid)).size).toBe(4);
  expect(opens.map(({ body }) => body.rid)).toEqual([0, 0, 2, 2].map((at) => opens[at]?.body.rid));
  expect(opens[0]?.body.rid).not.toBe(opens[2]?.body.rid);
  expect(new Set(opens.map(({ body }) => body.position)).size).toBe(4);
  expect(new TextDecoder().decode(opens[3]?.body.keys[0])).toBe('posts/0000000004');
  expect(opens[3]?.body).toMatchObject({ home: 'eu', leaseMs: 0, marker: '' });
});

test('more than a frame holds goes into several', () => {
  const stores = Array.from({ length: 1_000 }, (_, index) => `store-${index + 1}`);
  const { frames, sent } = setup(stores, 10);
  for (let request = 0; request < 10; request++) frames.add(OPEN_ID_MIN + request * 1_000, 1);
  frames.flush();
  expect(sent.length).toBeGreaterThan(3);
  expect(Math.max(...sent.map(({ length }) => length))).toBeLessThanOrEqual(256 * 1024);
  expect(new Set(decodeAll(sent).map(({ id }) => id)).size).toBe(10_000);
});

test('more requests than were announced leave earlier, and none is lost', () => {
  const { frames, sent } = setup(['a', 'b'], 1);
  for (let request = 0; request < 3; request++) frames.add(OPEN_ID_MIN + request * 2, 1);
  frames.flush();
  expect(sent).toHaveLength(3);
  expect(decodeAll(sent).map(({ id }) => id - OPEN_ID_MIN)).toEqual([0, 1, 2, 3, 4, 5]);
});
