// A metadata node, and a monitor that runs apart from it.
export { createEmbeddedJournal } from './journal/embedded-journal.js';
export type { EmbeddedJournalOptions } from './journal/embedded-journal.js';
export { createServer } from './create-server.js';
export type { Server } from './create-server.js';
export { createMonitor } from './monitor/create-monitor.js';
export type { Monitor, MonitorOptions } from './monitor/create-monitor.js';
export type { NodeLimits, ServerOptions, StoreConfig } from './server-options.js';
export type { PeerConfig } from './peers/peer-link.js';
export { parseTokens } from './session/tokens.js';
export type { TokenGrant } from './session/tokens.js';
export type { Journal, Log, LogEvent } from './ports.js';

// For sibling packages.
export { createMemoryJournal } from './journal/memory-journal.js';
