// What users of Rendezvous meet: errors, bookmarks, names.
export { ERROR_CODES, isErrorCode, RendezvousError } from './error.js';
export type { ErrorCode, RendezvousErrorOptions } from './error.js';
export {
  coverOpen,
  emptyBookmark,
  isEmptyBookmark,
  isIncomplete,
  markIncomplete,
  mergeBookmarks,
  toCoverage,
  topBookmark,
} from './bookmark.js';
export type { Bookmark } from './bookmark.js';
export { encodeBookmark, parseBookmark } from './bookmark-text.js';
export { isName, NAME_PATTERN } from './names.js';

// What authors of datastore adapters meet.
export type {
  AskPosition,
  EndedWait,
  MarkedWrite,
  MarkerReader,
  Coordinate,
  PositionOrder,
  PositionRelation,
  ProbedReplica,
  ProbeStrategy,
  CheckedRead,
  ReadOperation,
  ReplicaConnection,
  ReplicaTarget,
  SignallingReplica,
  SignalStrategy,
  StoreHandle,
  Verify,
  VisibilityStrategy,
  WaitResult,
  WatermarkStrategy,
  WriteOperation,
  WriteOutcome,
} from './store-contract.js';

// For sibling packages.
export {
  decodeClientFrame,
  decodeNodeFrame,
  encodeClientFrame,
  encodeNodeFrame,
} from './codec/session-frames.js';
export { decodeJournalBlock, encodeJournalBlock } from './codec/journal-block.js';
export type { JournalBlock } from './codec/journal-block.js';
export { decodeJournalEntry, encodeJournalEntry } from './codec/journal-entry.js';
export { decodeSdkFrame, encodeSdkFrame } from './codec/sdk-frames.js';
export { fromFailure, toFailure } from './failure.js';
export { encodeJournalId, encodeUlid, isJournalId, isUlid } from './identifiers.js';
export { KEY_BYTES_MAX, KEY_COUNT_MAX } from './keys.js';
export { PROTOCOL_VERSION, PROTOCOL_VERSION_MIN } from './protocol-version.js';
export type {
  Abort,
  Applied,
  Attach,
  Batch,
  BranchesOpened,
  Cancel,
  ClientBody,
  ClientMessage,
  Close,
  Confirm,
  Coverage,
  Done,
  Failure,
  Hello,
  Inquire,
  Inquired,
  JournalEntry,
  JournalPosition,
  JournalStatus,
  Mode,
  NodeBody,
  NodeMessage,
  NoTrace,
  Open,
  OpenBranch,
  Opened,
  Pending,
  PendingReason,
  Ping,
  RegionStatus,
  ReplicaStatus,
  Replicate,
  ReplicateAck,
  ReportClosed,
  Role,
  SdkClientBody,
  SdkNodeBody,
  Status,
  StatusAnswer,
  StoreInfo,
  Wait,
  WaitAnswer,
  Watermark,
  Watermarked,
  WaitStatus,
  Welcome,
} from './messages.js';
