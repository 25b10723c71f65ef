import { monotonicMs } from './clock.js';

/** What the client tells its operator. `event` is a stable snake_case name; other fields depend on it. */
export interface LogEvent {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly [field: string]: unknown;
}

export type Log = (event: LogEvent) => void;

const REPEAT_AFTER_MS = 60_000;

/** Warnings and errors as warnings of the process; the default of `options.log`. */
export function logAsWarning({ level, event, ...fields }: LogEvent): void {
  if (level !== 'warn' && level !== 'error') return;
  process.emitWarning(`${event} ${JSON.stringify(fields)}`, 'RendezvousWarning');
}

/**
 * A log that passes on each event at most once a minute per event name, `store` and `node`, and that
 * never throws: a failure repeats with every read, and no read fails because of its log line.
 */
export function createCalmLog(log: Log): Log {
  const lastLoggedMs = new Map<string, number>();
  return (event) => {
    const key = `${event.event} ${String(event['store'])} ${String(event['node'])}`;
    const nowMs = monotonicMs();
    const lastMs = lastLoggedMs.get(key);
    if (lastMs !== undefined && nowMs - lastMs < REPEAT_AFTER_MS) return;
    lastLoggedMs.set(key, nowMs);
    try {
      log(event);
    } catch {
      // The user's logger failed; there is nobody left to tell.
    }
  };
}
