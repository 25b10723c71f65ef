/**
 * Static tokens: who may say HELLO as what.
 *
 * A token grants one role in one namespace. `writer` includes `reader`; `admin` includes all.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isName, RendezvousError, type Role } from '@rendezvous/protocol';

export interface TokenGrant {
  /** At least 16 characters; what the client presents in its HELLO. */
  readonly token: string;
  readonly namespace: string;
  readonly role: Role;
}

const TOKEN_LENGTH_MIN = 16;
const ROLES: readonly string[] = ['reader', 'writer', 'monitor', 'peer', 'admin'];

/**
 * Parses a token file: JSON `{"tokens": [{"token": "…", "namespace": "default", "role": "writer"}]}`.
 * Throws `config_invalid`, never with a token in the message.
 */
export function parseTokens(text: string): TokenGrant[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('the token file is not JSON');
  }
  const tokens = isRecord(value) ? value['tokens'] : undefined;
  if (!Array.isArray(tokens) || tokens.length === 0) {
    throw invalid('the token file must be {"tokens": [{"token", "namespace", "role"}, …]}');
  }
  return tokens.map((grant: unknown, index) => parseGrant(grant, `tokens[${String(index)}]`));
}

/** The grants that one token holds; compares digests in constant time. */
export function findGrants(grants: readonly TokenGrant[], token: string): readonly TokenGrant[] {
  const presented = digest(token);
  return grants.filter((grant) => timingSafeEqual(digest(grant.token), presented));
}

/** Whether a grant allows a session in `role`. */
export function allowsRole(granted: Role, role: Role): boolean {
  return granted === role || granted === 'admin' || (granted === 'writer' && role === 'reader');
}

/** Throws `config_invalid`, naming `path` but nothing that could be a token. */
export function assertGrant(
  grant: Readonly<Record<keyof TokenGrant, unknown>>,
  path: string,
): asserts grant is TokenGrant {
  const { token, namespace, role } = grant;
  if (typeof token !== 'string' || token.length < TOKEN_LENGTH_MIN) {
    throw invalid(`${path}.token must be text of at least ${TOKEN_LENGTH_MIN} characters`);
  }
  if (typeof namespace !== 'string' || !isName(namespace)) {
    throw invalid(`${path}.namespace must match [a-z0-9][a-z0-9-]{0,31}`);
  }
  if (typeof role !== 'string' || !ROLES.includes(role)) {
    throw invalid(`${path}.role must be one of ${ROLES.join(', ')}`);
  }
}

function parseGrant(value: unknown, path: string): TokenGrant {
  if (!isRecord(value)) throw invalid(`${path} must be an object`);
  const { token, namespace = 'default', role, ...rest } = value;
  // Whoever mistook keys for values wrote a token there.
  if (Object.keys(rest).length > 0) {
    throw invalid(`${path} has an unknown key; known are token, namespace and role`);
  }
  const grant = { token, namespace, role };
  assertGrant(grant, path);
  return grant;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function invalid(message: string): RendezvousError {
  return new RendezvousError('config_invalid', message);
}
