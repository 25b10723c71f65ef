import type { Role } from '@rendezvous/protocol';
import { expect, test } from 'vitest';
import { allowsRole, findGrants, parseTokens } from './tokens.js';

const SECRET = 'a-secret-of-24-characters';

test('parseTokens() reads grants; the namespace may be left out', () => {
  const text = JSON.stringify({
    tokens: [
      { token: SECRET, namespace: 'shop', role: 'writer' },
      { token: 'sixteen-or-more!', role: 'peer' },
    ],
  });
  expect(parseTokens(text)).toEqual([
    { token: SECRET, namespace: 'shop', role: 'writer' },
    { token: 'sixteen-or-more!', namespace: 'default', role: 'peer' },
  ]);
});

const grant = { token: SECRET, namespace: 'default', role: 'writer' };

const BAD_FILES: readonly {
  readonly what: string;
  readonly text: string;
  readonly says: RegExp;
}[] = [
  { what: 'no JSON', text: `{"tokens": [${SECRET}]}`, says: /not JSON/ },
  { what: 'nothing', text: '', says: /not JSON/ },
  { what: 'no object', text: JSON.stringify([grant]), says: /must be \{"tokens"/ },
  { what: 'null', text: 'null', says: /must be \{"tokens"/ },
  { what: 'no list', text: JSON.stringify({ tokens: grant }), says: /must be \{"tokens"/ },
  { what: 'no token', text: JSON.stringify({ tokens: [] }), says: /must be \{"tokens"/ },
  { what: 'a bare token', text: JSON.stringify({ tokens: [SECRET] }), says: /tokens\[0\] must be/ },
  { what: 'a short token', text: fileOf({ token: 'short' }), says: /tokens\[1\]\.token.*16/ },
  { what: 'a number as token', text: fileOf({ token: 1e20 }), says: /tokens\[1\]\.token/ },
  { what: 'a bad namespace', text: fileOf({ namespace: 'A b' }), says: /tokens\[1\]\.namespace/ },
  { what: 'an unknown role', text: fileOf({ role: 'root' }), says: /role must be one of reader,/ },
  { what: 'no role', text: fileOf({ role: undefined }), says: /tokens\[1\]\.role/ },
  { what: 'an unknown key', text: fileOf({ [SECRET]: 'admin' }), says: /tokens\[1\].*unknown key/ },
];

function fileOf(change: object): string {
  return JSON.stringify({ tokens: [grant, { ...grant, ...change }] });
}

test.each(BAD_FILES)('a token file with $what is config_invalid', ({ text, says }) => {
  const error = errorOf(() => parseTokens(text));
  expect(error).toMatchObject({ code: 'config_invalid' });
  expect(error.message).toMatch(says);
  expect(error.message).not.toContain(SECRET);
  expect(error.cause).toBeUndefined();
});

function errorOf(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

test('a token that is listed twice holds both grants', () => {
  const grants = [
    { token: SECRET, namespace: 'a', role: 'reader' },
    { token: 'another-token-of-test', namespace: 'b', role: 'admin' },
    { token: SECRET, namespace: 'b', role: 'monitor' },
  ] as const;
  expect(findGrants(grants, SECRET)).toEqual([grants[0], grants[2]]);
  expect(findGrants(grants, '')).toEqual([]);
  expect(findGrants(grants, `${SECRET} `)).toEqual([]);
});

/** By the granted role: the roles that a session may take. */
const ROLES_ALLOWED: Readonly<Record<Role, readonly Role[]>> = {
  reader: ['reader'],
  writer: ['reader', 'writer'],
  monitor: ['monitor'],
  peer: ['peer'],
  admin: ['reader', 'writer', 'monitor', 'peer', 'admin'],
};

test.each(Object.entries(ROLES_ALLOWED))('a %s token allows exactly %j', (granted, allowed) => {
  const roles = Object.keys(ROLES_ALLOWED) as Role[];
  expect(roles.filter((role) => allowsRole(granted as Role, role))).toEqual(allowed);
});
