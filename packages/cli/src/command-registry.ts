import { toRunnable } from './command.js';
import type { RunnableCommand } from './command.js';

/** Every command by name, in the order of the help; a name has one word or two. Each loads what it needs only when asked for. */
export const COMMANDS: Readonly<Record<string, () => Promise<RunnableCommand>>> = {
  demo: async () => toRunnable(await import('./commands/demo.js')),
  'bench window': async () => toRunnable(await import('./commands/bench-window.js')),
  'bench open': async () => toRunnable(await import('./commands/bench-open.js')),
  'bench mixed': async () => toRunnable(await import('./commands/bench-mixed.js')),
  'bench wait': async () => toRunnable(await import('./commands/bench-wait.js')),
  'bench memory': async () => toRunnable(await import('./commands/bench-memory.js')),
  'bench sessions': async () => toRunnable(await import('./commands/bench-sessions.js')),
  'bench overhead': async () => toRunnable(await import('./commands/bench-overhead.js')),
  'bench import': async () => toRunnable(await import('./commands/bench-import.js')),
  serve: async () => toRunnable(await import('./commands/serve.js')),
  monitor: async () => toRunnable(await import('./commands/monitor.js')),
  status: async () => toRunnable(await import('./commands/status.js')),
};
