import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RespError, RespParser } from './resp-parser.js';
import type { Reply } from './resp-parser.js';

function parse(...chunks: readonly string[]): Reply[] {
  const parser = new RespParser();
  return chunks.flatMap((chunk) => parser.push(Buffer.from(chunk)));
}

describe('push', () => {
  it.each<readonly [string, string, Reply[]]>([
    ['a status', '+OK\r\n', ['OK']],
    ['an error', '-LOADING wait\r\n', [new RespError('LOADING wait')]],
    ['a number', ':-7\r\n', [-7]],
    ['text', '$5\r\na\r\nbc\r\n', ['a\r\nbc']],
    ['no text', '$-1\r\n', [null]],
    ['a list', '*3\r\n$1\r\na\r\n:2\r\n*0\r\n', [['a', 2, []]]],
    ['several replies', '+a\r\n+b\r\n', ['a', 'b']],
  ])('gives %s', (_, bytes, expected) => {
    expect(parse(bytes)).toEqual(expected);
  });

  it('gives the same however the bytes are cut', () => {
    const bytes = '*2\r\n$7\r\nmessage\r\n$3\r\na\r\n\r\n+OK\r\n:12\r\n$0\r\n\r\n';
    const whole = parse(bytes);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length }), fc.nat({ max: bytes.length }), (a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const chunks = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
        expect(parse(...chunks)).toEqual(whole);
      }),
    );
  });

  it.each(['HTTP/1.1 400 Bad Request\r\n', ':x\r\n', '$-2\r\n', '*9999999\r\n', '$9999999\r\n'])(
    'throws at %j',
    (bytes) => {
      expect(() => parse(bytes)).toThrow();
    },
  );

  it('throws at what never ends', () => {
    const parser = new RespParser();
    const chunk = Buffer.alloc(600_000, '+');
    expect(parser.push(chunk)).toEqual([]);
    expect(() => parser.push(chunk)).toThrow('too large');
  });
});
