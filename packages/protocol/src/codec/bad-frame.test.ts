import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryClientMessages, arbitraryNodeMessages } from '../../test/arbitrary-messages.js';
import { RendezvousError } from '../error.js';
import type { ClientMessage } from '../messages.js';
import { FRAME_MESSAGES_MAX } from './frame.js';
import {
  decodeClientFrame,
  decodeNodeFrame,
  encodeClientFrame,
  encodeNodeFrame,
} from './session-frames.js';

/** What a decoder throws, or undefined; fails on anything but a `bad_frame`. */
function refusal(decode: () => unknown): string | undefined {
  try {
    decode();
    return undefined;
  } catch (error) {
    if (!(error instanceof RendezvousError) || error.code !== 'bad_frame') throw error;
    return error.message;
  }
}

const PING = [0x7a, 0x00];

describe('a client frame is refused', () => {
  test.each<[why: string, bytes: readonly number[], message: RegExp]>([
    ['whose tag is cut off', [0x8a], /ends within a field/],
    ['whose message is cut off', [0x0a, 0x05, 0x08, 0x01], /ends within a field/],
    [
      'with a number of more than ten bytes',
      [0x0a, 13, 0x08, ...Array<number>(11).fill(0x80), 0],
      /more than 10 bytes/,
    ],
    ['with field number 0', [0x00, 0x00], /impossible number/],
    ['with a field number beyond 2^29', [0x88, 0x80, 0x80, 0x80, 0x10, 0], /impossible number/],
    ['whose messages are numbers', [0x08, 0x01], /field 1 \(messages\) has wire type 0/],
    [
      'whose id is a text',
      [0x0a, 0x03, 0x0a, 0x01, 0x61],
      /field 1 \(of a message\) has wire type 2/,
    ],
    [
      'with an id beyond 2^32 − 1',
      [0x0a, 8, 0x08, 0x80, 0x80, 0x80, 0x80, 0x10, ...PING],
      /exceeds 2\^32/,
    ],
    ['with a message without a body', [0x0a, 0x02, 0x08, 0x01], /no body/],
    ['with a body of a later version', [0x0a, 0x03, 0xfa, 0x01, 0x00], /unknown body 31/],
    [
      'whose body is a number',
      [0x0a, 0x02, 0x18, 0x01],
      /field 3 \(of a message\) has wire type 0/,
    ],
    [
      'whose bid is a number',
      [0x0a, 0x04, 0x1a, 0x02, 0x08, 0x01],
      /field 1 \(bid\) has wire type 0/,
    ],
    ['whose bid is not UTF-8', [0x0a, 0x06, 0x1a, 0x04, 0x0a, 0x02, 0xc3, 0x28], /not valid UTF-8/],
    [
      'with an unknown role',
      [0x0a, 0x04, 0x12, 0x02, 0x28, 0x06],
      /field 5 has the unknown value 6/,
    ],
    [
      'with an unspecified role',
      [0x0a, 0x04, 0x12, 0x02, 0x28, 0x00],
      /field 5 has the unknown value 0/,
    ],
    ['without a role', [0x0a, 0x02, 0x12, 0x00], /field 5 \(role\) is absent/],
    ['with a group', [0x0a, 0x04, 0x7a, 0x02, 0xa3, 0x06], /wire type 3/],
    [
      'with an unknown field that is cut off',
      [0x0a, 0x05, 0x7a, 0x03, 0xa5, 0x06, 0x00],
      /ends within a field/,
    ],
    [
      'whose nested message is longer than its message',
      [0x0a, 0x04, 0x22, 0x09, 0x0a, 0x00, ...PING],
      /ends within a field/,
    ],
  ])('%s', (_why, bytes, message) => {
    expect(refusal(() => decodeClientFrame(Uint8Array.from(bytes)))).toMatch(message);
  });

  test('with a sequence beyond 2^53 − 1', () => {
    const atLimit = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    const beyond = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
    const replicateFrom = (digits: readonly number[]): Uint8Array =>
      Uint8Array.from([0x0a, 11, 0x62, 9, 0x18, ...digits]);
    expect(decodeClientFrame(replicateFrom(atLimit))[0]?.body).toMatchObject({
      from: Number.MAX_SAFE_INTEGER,
    });
    expect(refusal(() => decodeClientFrame(replicateFrom(beyond)))).toMatch(/exceeds 2\^53/);
  });

  test('with more messages than the limit', () => {
    const bytes = new Uint8Array((FRAME_MESSAGES_MAX + 1) * 4);
    for (let at = 0; at < bytes.length; at += 4) bytes.set([0x0a, 0x02, ...PING], at);
    expect(decodeClientFrame(bytes.subarray(4))).toHaveLength(FRAME_MESSAGES_MAX);
    expect(refusal(() => decodeClientFrame(bytes))).toMatch(/more than 65536 messages/);
  });
});

test('unknown fields are skipped, in frames, messages and bodies', () => {
  const unknown = [
    ...[0xa0, 0x06, ...Array<number>(9).fill(0xff), 0x01], // field 100, a negative number
    ...[0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8], // 64 bits
    ...[0xa2, 0x06, 2, 0xff, 0xff], // bytes
    ...[0xa5, 0x06, 1, 2, 3, 4], // 32 bits
  ];
  const body = [0x7a, unknown.length, ...unknown];
  const content = [0x08, 0x05, ...unknown, ...body];
  const frame = Uint8Array.from([...unknown, 0x0a, content.length, ...content, ...unknown]);
  expect(decodeClientFrame(frame)).toEqual([{ id: 5, body: { kind: 'ping' } }]);
});

describe('a frame is not written', () => {
  const cancel = (id: number, target: number): ClientMessage => ({
    id,
    body: { kind: 'cancel', target },
  });

  test.each([-1, 0.5, Number.NaN, Infinity, 2 ** 32])('with the number %s', (target) => {
    expect(() => encodeClientFrame([cancel(1, target)])).toThrow(/^\[bad_request\]/);
    expect(() => encodeClientFrame([cancel(target, 1)])).toThrow(/^\[bad_request\]/);
  });

  test('with a sequence beyond 2^53 − 1', () => {
    const opened = { kind: 'opened', journal: 'j', sequence: 2 ** 53 } as const;
    expect(() => encodeNodeFrame([{ id: 1, body: opened }])).toThrow(/^\[bad_request\]/);
  });

  test('with more messages than the limit', () => {
    const messages = Array<ClientMessage>(FRAME_MESSAGES_MAX + 1).fill(cancel(1, 1));
    expect(() => encodeClientFrame(messages)).toThrow(/^\[limit_exceeded\]/);
    expect(decodeClientFrame(encodeClientFrame(messages.slice(1)))).toHaveLength(
      FRAME_MESSAGES_MAX,
    );
  });

  test('with a role that the schema lacks', () => {
    const hello = { kind: 'hello', protocolMin: 1, protocolMax: 1, namespace: 'n', token: '' };
    const message = { id: 1, body: { ...hello, role: 'king', region: '', agent: '' } };
    expect(() => encodeClientFrame([message as unknown as ClientMessage])).toThrow(
      /^\[bad_request\]/,
    );
  });
});

describe('properties', () => {
  test('random bytes are decoded or refused as bad_frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        refusal(() => decodeClientFrame(bytes));
        refusal(() => decodeNodeFrame(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  test('frames that were changed or cut somewhere are decoded or refused as bad_frame', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.boolean() });
    const changed = (
      frame: Uint8Array,
      changes: readonly { at: number; byte: number; cut: boolean }[],
    ): Uint8Array => {
      let bytes = frame.slice();
      for (const { at, byte, cut } of bytes.length === 0 ? [] : changes) {
        const position = at % bytes.length;
        bytes[position] = byte;
        if (cut && position > 0) bytes = bytes.slice(0, position);
      }
      return bytes;
    };
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(arbitraryClientMessages, arbitraryNodeMessages, changes, (client, node, list) => {
        refusal(() => decodeClientFrame(changed(encodeClientFrame(client), list)));
        refusal(() => decodeNodeFrame(changed(encodeNodeFrame(node), list)));
      }),
      { numRuns: 500 },
    );
  });
});
