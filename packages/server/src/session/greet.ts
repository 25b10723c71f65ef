/** Judges a HELLO: the one message of a session that is answered before anything is trusted. */
import {
  type Hello,
  type Mode,
  PROTOCOL_VERSION,
  PROTOCOL_VERSION_MIN,
  RendezvousError,
  type StoreInfo,
  type Welcome,
} from '@rendezvous/protocol';
import { allowsRole, findGrants, type TokenGrant } from './tokens.js';

/** What a node says of itself in every Welcome. */
export interface NodeIdentity {
  readonly nodeId: string;
  readonly namespace: string;
  readonly regions: readonly string[];
  readonly stores: readonly StoreInfo[];
  readonly modeCeiling: Mode;
  readonly frameBytesMax: number;
  /** Undefined: anyone may come, which is why such a node listens on loopback only. */
  readonly tokens: readonly TokenGrant[] | undefined;
}

/**
 * The Welcome for this HELLO. Throws `protocol_version`, `unauthenticated` or `permission_denied`.
 */
export function greet(identity: NodeIdentity, hello: Hello): Welcome {
  const { nodeId, regions, stores, modeCeiling, frameBytesMax } = identity;
  const protocol = Math.min(hello.protocolMax, PROTOCOL_VERSION);
  if (protocol < Math.max(hello.protocolMin, PROTOCOL_VERSION_MIN)) {
    throw new RendezvousError(
      'protocol_version',
      `the node speaks protocol ${String(PROTOCOL_VERSION_MIN)} to ${String(PROTOCOL_VERSION)}, ` +
        `the client ${String(hello.protocolMin)} to ${String(hello.protocolMax)}: upgrade the older one`,
    );
  }
  if (identity.tokens !== undefined) checkToken(identity.tokens, hello);
  if (hello.namespace !== identity.namespace) {
    throw new RendezvousError(
      'permission_denied',
      `this node has no namespace "${hello.namespace.slice(0, 40)}"`,
    );
  }
  return { kind: 'welcome', protocol, nodeId, regions, stores, modeCeiling, frameBytesMax };
}

function checkToken(tokens: readonly TokenGrant[], hello: Hello): void {
  const grants = findGrants(tokens, hello.token);
  if (grants.length === 0) {
    throw new RendezvousError(
      'unauthenticated',
      'the node does not know this token: set RENDEZVOUS_TOKEN or the option token',
    );
  }
  const isAllowed = grants.some(
    (grant) => grant.namespace === hello.namespace && allowsRole(grant.role, hello.role),
  );
  if (!isAllowed) {
    throw new RendezvousError(
      'permission_denied',
      `the token does not grant the role ${hello.role} in this namespace`,
    );
  }
}
