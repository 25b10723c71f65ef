import type { Mode } from '@rendezvous/protocol';
import type { BranchOpener } from './branch-opener.js';
import type { Scope } from './context.js';
import type { CounterSet } from './counters.js';
import type { Log } from './log.js';
import type { NodeSession } from './node-session.js';
import type { ClientSettings } from './options.js';
import { relaxMode } from './policy.js';

/** What the parts of one client share. */
export interface ClientParts {
  readonly settings: ClientSettings;
  readonly session: NodeSession;
  readonly scope: Scope;
  readonly opener: BranchOpener;
  readonly counters: CounterSet;
  readonly log: Log;
}

/** The mode that holds now, whatever a policy asks for: the switch, then the node's ceiling. */
export function effectiveMode({ settings, session }: ClientParts, mode: Mode): Mode {
  return settings.disabled ? 'off' : relaxMode(mode, session.modeCeiling);
}

/** How long a write waits for its open; not at all while no node can be reached. */
export function openPatienceMs({ session }: ClientParts, openTimeoutMs: number): number {
  return session.isAway ? 0 : openTimeoutMs;
}
