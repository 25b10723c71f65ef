import type { Mode } from '@rendezvous/protocol';
import type { StoreKind } from './define-config.js';

/** A configuration that holds together: every region that is named exists, every name is a name. */
export interface Config {
  readonly namespace?: string | undefined;
  readonly regions: ReadonlyMap<string, ConfigRegion>;
  readonly stores: ReadonlyMap<string, ConfigStore>;
  readonly policy: { readonly mode?: Mode | undefined };
}

/** Exactly one of the two. */
export interface ConfigRegion {
  /** At least one. */
  readonly node?: readonly string[] | undefined;
  readonly servedBy?: string | undefined;
}

export interface ConfigStore {
  readonly kind: StoreKind;
  readonly home: string;
  readonly regions: ReadonlyMap<string, readonly string[]>;
  readonly branchTtlMs?: number | undefined;
}
