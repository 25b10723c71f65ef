import { getKeyIndexes } from '@ioredis/commands';
import { findCommand } from './command-table.js';
import type { CommandEntry } from './command-table.js';

/**
 * What a command does, by Redis' own command table (the package `@ioredis/commands`):
 *
 *   read        flagged `readonly`
 *   write       flagged `write`, or not in the table (a module's, or newer than the table)
 *   script      runs code that can write, and can fail half-way: `EVAL`, `EVALSHA`, `FCALL`
 *   multi, exec, discard
 *   other       touches no data: `PING`, `SUBSCRIBE`, `CONFIG`, ...
 */
export type CommandKind = 'read' | 'write' | 'script' | 'multi' | 'exec' | 'discard' | 'other';

export interface CommandPlan {
  readonly kind: CommandKind;
  /** Can wait at the server for something to happen. */
  readonly blocking: boolean;
  /** Its keys as bytes; absent: none are named, which stands for the whole store. */
  readonly keys?: readonly Uint8Array[];
}

/** With more keys than this a command is one on the whole store. */
const KEYS_MAX = 100;

/** A parameter as drivers send it. */
export type Parameter = string | Uint8Array;

export function planCommand(name: string, parameters: readonly Parameter[]): CommandPlan {
  const lowerName = name.toLowerCase();
  const entry = findCommand(lowerName, parameters.slice(0, 1));
  if (entry === undefined) return { kind: 'write', blocking: false };
  const kind = toKind(lowerName, entry);
  const blocking = entry.flags.includes('blocking');
  if (!isData(kind)) return { kind, blocking };
  const keys = findKeys(lowerName, entry, parameters);
  return keys === undefined ? { kind, blocking } : { kind, blocking, keys };
}

/** Whether the kind can read or write data by itself. */
export function isData(kind: CommandKind): boolean {
  return kind === 'read' || isWriting(kind);
}

export function isWriting(kind: CommandKind): boolean {
  return kind === 'write' || kind === 'script';
}

function toKind(name: string, { flags }: CommandEntry): CommandKind {
  if (name === 'multi' || name === 'exec' || name === 'discard') return name;
  if (flags.includes('readonly')) return 'read';
  if (flags.includes('write')) return 'write';
  return flags.includes('script_runner') ? 'script' : 'other';
}

function findKeys(
  name: string,
  { flags }: CommandEntry,
  parameters: readonly Parameter[],
): readonly Uint8Array[] | undefined {
  const isMovable = flags.includes('movablekeys');
  // Where keys depend on other parameters, those must be text to be understood.
  const readable = isMovable ? parameters.map(toText) : [...(parameters as Buffer[])];
  if (isMovable && countsTooManyKeys(name, readable as readonly string[])) return undefined;
  const indexes: readonly unknown[] = getKeyIndexes(name, readable, { parseExternalKey: true });
  if (indexes.length === 0 || indexes.length > KEYS_MAX) return undefined;
  const keys: Uint8Array[] = [];
  for (const index of indexes) {
    // `SORT … BY pattern` reads keys that no parameter names.
    const key = typeof index === 'number' ? parameters[index] : undefined;
    if (key === undefined) return undefined;
    keys.push(toBytes(key));
  }
  return keys;
}

/** A number of keys (`EVAL … numkeys`) beyond what follows would be counted out one by one. */
function countsTooManyKeys(name: string, parameters: readonly string[]): boolean {
  if (name.startsWith('xread')) return false;
  return parameters.slice(0, 2).some((text) => Number(text) > parameters.length);
}

function toText(parameter: Parameter): string {
  return typeof parameter === 'string' ? parameter : Buffer.from(parameter).toString('latin1');
}

function toBytes(parameter: Parameter): Uint8Array {
  return typeof parameter === 'string' ? new TextEncoder().encode(parameter) : parameter;
}

/** The keys of several commands that are one operation: all of them, or none if one names none. */
export function unionKeys(plans: readonly CommandPlan[]): readonly Uint8Array[] | undefined {
  const keys = new Map<string, Uint8Array>();
  for (const plan of plans) {
    if (plan.keys === undefined) return undefined;
    for (const key of plan.keys) keys.set(Buffer.from(key).toString('latin1'), key);
  }
  return keys.size === 0 || keys.size > KEYS_MAX ? undefined : [...keys.values()];
}
