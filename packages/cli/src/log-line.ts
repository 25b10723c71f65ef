/** How a node's or a monitor's events become lines: for people, or one JSON object each. */
import type { LogEvent } from '@rendezvous/server';
import type { TextSink } from './command.js';

export type LogLevel = LogEvent['level'];
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export interface LogOptions {
  readonly json: boolean;
  readonly logLevel: LogLevel;
}

/** A log function that writes events at or above the level to `sink`, one line each. */
export function createLog(sink: TextSink, options: LogOptions): (event: LogEvent) => void {
  const format = options.json ? formatJsonLine : formatTextLine;
  const lowest = LOG_LEVELS.indexOf(options.logLevel);
  return (event) => {
    if (LOG_LEVELS.indexOf(event.level) < lowest) return;
    sink.write(`${format(event, new Date())}\n`);
  };
}

/** `{"time":"…","level":"info","event":"…",…}` */
export function formatJsonLine(event: LogEvent, time: Date): string {
  return JSON.stringify({ time: time.toISOString(), ...event }, toJsonValue);
}

/** `12:30:00.250 warn  peer.lost peer=us code=unavailable` */
export function formatTextLine({ level, event, ...fields }: LogEvent, time: Date): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${formatValue(value)}`);
  return [time.toISOString().slice(11, 23), level.padEnd(5), event, ...pairs].join(' ');
}

/** Quoted where it is not one plain word, so that no value can pass for another field or line. */
function formatValue(value: unknown): string {
  const plain = toJsonValue('', value);
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain, toJsonValue);
  return /^[\w.:/@*+-]+$/.test(text) ? text : JSON.stringify(text);
}

/** What JSON would leave out or refuse. */
function toJsonValue(_key: string, value: unknown): unknown {
  if (value instanceof Error) return value.message;
  return typeof value === 'bigint' ? value.toString() : value;
}
