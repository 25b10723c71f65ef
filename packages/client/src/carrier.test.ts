import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBookmark, parseBookmark } from '@rendezvous/protocol';
import { BOOKMARK } from '../test/start-client.js';
import { extractBookmark, injectBookmark } from './carrier.js';

const bookmark = parseBookmark(BOOKMARK, 'default');

function extract(carrier: unknown): string | undefined {
  const { bookmark: found } = extractBookmark(carrier, 'default');
  return found && encodeBookmark(found);
}

test.each([
  ['an object', {}, (carrier: object) => carrier],
  ['Headers', new Headers(), (carrier: object) => Object.fromEntries(carrier as Headers)],
  ['a Map', new Map(), (carrier: object) => Object.fromEntries(carrier as Map<string, string>)],
])('%s carries a bookmark as baggage', (_name, carrier, toObject) => {
  expect(injectBookmark(carrier, bookmark)).toBe('carried');
  expect(toObject(carrier)).toEqual({ baggage: `rendezvous=${BOOKMARK}` });
  expect(extract(carrier)).toBe(BOOKMARK);
});

test('other members stay as they were, and an older bookmark of ours goes', () => {
  const carrier = { Baggage: 'a=1;ttl=3, rendezvous=old , b=%20' };
  injectBookmark(carrier, bookmark);
  expect(carrier).toEqual({ Baggage: `a=1;ttl=3,b=%20,rendezvous=${BOOKMARK}` });
});

test('a member with properties, with escapes or in a list of headers is read', () => {
  const escaped = BOOKMARK.replaceAll('~', '%7E');
  expect(extract({ baggage: `a=1, rendezvous = ${escaped} ;p=1` })).toBe(BOOKMARK);
  expect(extract({ BAGGAGE: ['a=1', `rendezvous=${BOOKMARK}`] })).toBe(BOOKMARK);
  expect(extract({ baggage: 'a=1,xrendezvous=2' })).toBeUndefined();
});

test('what does not fit becomes a mark of doubt; where nothing fits the carrier stays', () => {
  const nearlyFull = { baggage: `a=${'x'.repeat(8_192 - 2 - 40)}` };
  expect(injectBookmark(nearlyFull, bookmark)).toBe('incomplete_only');
  expect(extractBookmark(nearlyFull, 'default').bookmark).toMatchObject({ incomplete: ['*'] });
  const crowded = { baggage: Array.from({ length: 64 }, (_, index) => `k${index}=v`).join(',') };
  const before = { ...crowded };
  expect(injectBookmark(crowded, bookmark)).toBe('dropped');
  expect(crowded).toEqual(before);
});

test('bookmarks that cannot be used are missing, and counted', () => {
  const foreign = BOOKMARK.replace('default', 'other');
  const future = BOOKMARK.replace('1~', '2~');
  for (const value of [foreign, future, 'nonsense', '%E0%A4%A']) {
    expect(extractBookmark({ baggage: `rendezvous=${value}` }, 'default')).toEqual({
      bookmark: undefined,
      droppedCount: 1,
    });
  }
});

test('nothing that is no carrier makes inject or extract throw', () => {
  const hostile = {
    get baggage(): string {
      throw new Error('getter');
    },
  };
  for (const carrier of [undefined, null, 1, 'x', Symbol('x'), hostile, Object.freeze({})]) {
    expect(injectBookmark(carrier, bookmark)).toBe('dropped');
  }
  fc.assert(
    fc.property(fc.anything(), (carrier) => {
      extractBookmark(carrier, 'default');
      injectBookmark(carrier, bookmark);
    }),
  );
});
