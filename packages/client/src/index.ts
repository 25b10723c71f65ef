// What users meet.
export { createRendezvous } from './create-rendezvous.js';
export type {
  AppliedOptions,
  BookmarkSource,
  CloseOptions,
  ExtractOptions,
  FlushOptions,
  InjectOptions,
  OpenOptions,
  OpenedBranch,
  Rendezvous,
  WaitOptions,
} from './rendezvous.js';
export type { RendezvousOptions, StoreOptions } from './options.js';
export type {
  CallPolicy,
  FallbackAction,
  MissingAction,
  Policy,
  PolicyOverrides,
  Requeue,
} from './policy.js';
export type { Carrier, CarrierMap } from './carrier.js';
export type { Counters, DropReason } from './counters.js';
export type { Key } from './keys.js';
export type { Log, LogEvent } from './log.js';
export { RendezvousError } from '@rendezvous/protocol';
export type {
  Bookmark,
  ErrorCode,
  Mode,
  StoreHandle,
  WaitResult,
  WaitStatus,
} from '@rendezvous/protocol';
