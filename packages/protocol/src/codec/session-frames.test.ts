import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ARBITRARY_CLIENT_BODIES,
  ARBITRARY_NODE_BODIES,
  arbitraryClientMessages,
  arbitraryNodeMessages,
} from '../../test/arbitrary-messages.js';
import {
  decodeClientFrameGenerated,
  decodeNodeFrameGenerated,
  encodeClientFrameGenerated,
  encodeNodeFrameGenerated,
} from '../../test/generated-frames.js';
import type { ClientBody, NodeBody } from '../messages.js';
import {
  decodeClientFrame,
  decodeNodeFrame,
  encodeClientFrame,
  encodeNodeFrame,
} from './session-frames.js';

// fast-check makes objects without a prototype; what is compared is the data.
function sameData(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

describe('our codec and protobuf-es agree on', () => {
  test.each(Object.entries<fc.Arbitrary<ClientBody>>(ARBITRARY_CLIENT_BODIES))(
    'client message %s',
    (_kind, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, (body) => {
          const messages = [{ id: 7, body }];
          sameData(decodeClientFrameGenerated(encodeClientFrame(messages)), messages);
          sameData(decodeClientFrame(encodeClientFrameGenerated(messages)), messages);
        }),
      );
    },
  );

  test.each(Object.entries<fc.Arbitrary<NodeBody>>(ARBITRARY_NODE_BODIES))(
    'node message %s',
    (_kind, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, (body) => {
          const messages = [{ id: 7, body }];
          sameData(decodeNodeFrameGenerated(encodeNodeFrame(messages)), messages);
          sameData(decodeNodeFrame(encodeNodeFrameGenerated(messages)), messages);
        }),
      );
    },
  );

  test('batches of client messages, byte for byte', () => {
    fc.assert(
      fc.property(arbitraryClientMessages, (messages) => {
        const frame = encodeClientFrame(messages);
        expect(Buffer.compare(frame, encodeClientFrameGenerated(messages))).toBe(0);
        sameData(decodeClientFrame(frame), messages);
      }),
    );
  });

  test('batches of node messages, byte for byte', () => {
    fc.assert(
      fc.property(arbitraryNodeMessages, (messages) => {
        const frame = encodeNodeFrame(messages);
        expect(Buffer.compare(frame, encodeNodeFrameGenerated(messages))).toBe(0);
        sameData(decodeNodeFrame(frame), messages);
      }),
    );
  });

  test('a body that occurs twice: two of a kind are merged, of two kinds the last one counts', () => {
    fc.assert(
      fc.property(
        fc.array(
          arbitraryClientMessages.filter((messages) => messages.length > 0),
          {
            minLength: 2,
            maxLength: 3,
          },
        ),
        (frames) => {
          const [first = [], ...others] = frames.map((messages) => messages.slice(0, 1));
          const parts = [first, ...others].map((messages) =>
            unwrapped(encodeClientFrame(messages)),
          );
          const frame = wrapped(parts.flatMap((part) => [...part]));
          sameData(decodeClientFrame(frame), decodeClientFrameGenerated(frame));
        },
      ),
    );
  });
});

test.each([127, 128, 16_383, 16_384, 70_000])(
  'a text of %s characters survives, in lengths of one to three bytes',
  (length) => {
    const messages = [{ id: 1, body: { kind: 'abort', bid: 'x'.repeat(length) } }] as const;
    const frame = encodeClientFrame(messages);
    expect(Buffer.compare(frame, encodeClientFrameGenerated(messages))).toBe(0);
    expect(decodeClientFrame(frame)).toEqual(messages);
  },
);

test('an empty frame holds no messages', () => {
  expect(encodeClientFrame([])).toEqual(new Uint8Array(0));
  expect(decodeClientFrame(new Uint8Array(0))).toEqual([]);
});

test('what is decoded shares no memory with the frame, not even with a Buffer', () => {
  const key = Uint8Array.of(1, 2, 3);
  const open = {
    bid: 'b',
    rid: 'r',
    store: 's',
    home: '',
    keys: [key],
    position: '',
    leaseMs: 0,
    marker: '',
  };
  const frame = Buffer.from(encodeClientFrame([{ id: 1, body: { kind: 'open', ...open } }]));
  const [message] = decodeClientFrame(frame);
  frame.fill(0);
  expect(message).toEqual({ id: 1, body: { kind: 'open', ...open } });
});

test('lists of a decoded message that are empty cannot be changed for other messages', () => {
  const [message] = decodeNodeFrame(
    encodeNodeFrame([{ id: 1, body: { kind: 'branchesOpened', branches: [] } }]),
  );
  expect(message?.body.kind === 'branchesOpened' && Object.isFrozen(message.body.branches)).toBe(
    true,
  );
});

/** The content of the only message of a frame. */
function unwrapped(frame: Uint8Array): Uint8Array {
  let lengthBytes = 1;
  while ((frame[lengthBytes] ?? 0) > 0x7f) lengthBytes += 1;
  return frame.subarray(1 + lengthBytes);
}

/** A frame with one message of the given content. */
function wrapped(content: readonly number[]): Uint8Array {
  const length: number[] = [];
  for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest > 127 ? (rest % 128) | 128 : rest);
    if (rest <= 127) break;
  }
  return Uint8Array.from([0x0a, ...length, ...content]);
}
