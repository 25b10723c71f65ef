/**
 * The bytes by which branches and waits name an item: table, and each key attribute's name, type and
 * value. Equal items have equal bytes, however their numbers are written.
 */
import type { Attributes } from './attributes.js';

/** An item's primary key, as DynamoDB has it. */
export type ItemKey = Readonly<Record<string, KeyValue>>;
/** Binary values as base64. */
export type KeyValue = { readonly S: string } | { readonly N: string } | { readonly B: string };

export interface ItemPlace {
  readonly table: string;
  readonly key: ItemKey;
}

export function encodeItemKey({ table, key }: ItemPlace): Uint8Array {
  const attributes = Object.entries(key)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      if ('S' in value) return [name, 'S', value.S];
      return 'N' in value ? [name, 'N', normalizeNumber(value.N)] : [name, 'B', value.B];
    });
  return new TextEncoder().encode(JSON.stringify([toTableName(table), ...attributes]));
}

/** Undefined for bytes that `encodeItemKey` never made. */
export function decodeItemKey(bytes: Uint8Array): ItemPlace | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [table, ...attributes] = parsed as unknown[];
  if (typeof table !== 'string' || attributes.length === 0) return undefined;
  const key: Record<string, KeyValue> = {};
  for (const attribute of attributes) {
    if (!isAttribute(attribute)) return undefined;
    const [name, type, value] = attribute;
    key[name] = { [type]: value } as unknown as KeyValue;
  }
  return { table, key };
}

function isAttribute(value: unknown): value is [string, 'S' | 'N' | 'B', string] {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [, type] = value as unknown[];
  return value.every((part) => typeof part === 'string') && 'SNB'.includes(type as string);
}

/**
 * The key among `attributes`, of the form that the command's client takes. Undefined when an attribute
 * of the key is missing, or is nothing that can be one.
 */
export function toItemKey(
  attributes: Attributes,
  names: readonly string[],
  isDocument: boolean,
): ItemKey | undefined {
  const key: Record<string, KeyValue> = {};
  for (const name of names) {
    const attribute = attributes[name];
    const value = isDocument ? fromDocument(attribute) : fromWire(attribute);
    if (value === undefined) return undefined;
    key[name] = value;
  }
  return names.length === 0 ? undefined : key;
}

function fromWire(attribute: unknown): KeyValue | undefined {
  const { S, N, B } = (attribute ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof S === 'string') return { S };
  if (typeof N === 'string') return { N };
  return toBinary(B);
}

function fromDocument(value: unknown): KeyValue | undefined {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' || typeof value === 'bigint') return { N: String(value) };
  // The document client's `NumberValue`.
  const { value: digits } = (value ?? {}) as { readonly value?: unknown };
  return typeof digits === 'string' ? { N: digits } : toBinary(value);
}

function toBinary(value: unknown): KeyValue | undefined {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return { B: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
  }
  return value instanceof ArrayBuffer ? { B: Buffer.from(value).toString('base64') } : undefined;
}

/** A table may be named by its ARN. */
export function toTableName(nameOrArn: string): string {
  return /^arn:[^/]*:table\/([^/]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** One text for each number: its digits without zeros around them, and the power of ten. */
export function normalizeNumber(text: string): string {
  const match = /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?\s*$/.exec(text);
  if (!match) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign === '-' ? '-' : ''}${significant}${power === 0 ? '' : `e${String(power)}`}`;
}
