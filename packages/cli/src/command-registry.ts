import { toRunnable } from './command.js';
import type { RunnableCommand } from './command.js';

/** Every command by name, in the order of the help. Each loads what it needs only when asked for. */
export const COMMANDS: Readonly<Record<string, () => Promise<RunnableCommand>>> = {
  demo: async () => toRunnable(await import('./commands/demo.js')),
  serve: async () => toRunnable(await import('./commands/serve.js')),
  monitor: async () => toRunnable(await import('./commands/monitor.js')),
  status: async () => toRunnable(await import('./commands/status.js')),
};
