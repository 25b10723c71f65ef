import { RendezvousError } from '../error.js';
import { badFrame, DELIMITED, VARINT, type WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

/**
 * The fields that messages of `rendezvous.v1` are made of. A field is written as its tag and its
 * value, or not at all when the value is the one that an absent field has anyway (proto3).
 */
export interface Field<T> extends FieldShape {
  /** What the field is when the bytes lack it. */
  readonly absent: T;
  /** Writes one value, without the tag. */
  readonly write: (writer: WireWriter, value: T) => void;
  /** Reads one value. A nested message adds to `previous`, which is undefined where there is none. */
  readonly read: (reader: WireReader, previous?: T) => T;
}

/** Any number of values, each with a tag of its own. None are numbers, which could come packed. */
export interface ListField<T> extends Pick<Field<T>, keyof FieldShape | 'write' | 'read'> {
  readonly isList: true;
  readonly absent: readonly T[];
}

interface FieldShape {
  /** `number << 3 | wire type`. */
  readonly tag: number;
  /** No message is valid without it. */
  readonly isRequired: boolean;
  readonly isList: boolean;
}

/** A field of whatever kind. */
export interface AnyField extends FieldShape {
  readonly absent: unknown;
  readonly write: (writer: WireWriter, value: never) => void;
  readonly read: (reader: WireReader, previous?: never) => unknown;
}

/** Writes and reads one message, without its tag and length. */
export interface MessageCodec<T> {
  /** The message with every field absent. */
  readonly absent: T;
  write(writer: WireWriter, value: T): void;
  /** Reads to the end of what the reader has entered. Fields that are there replace `previous`'s. */
  read(reader: WireReader, previous?: T): T;
}

/** Shared by all absent lists, hence frozen: nobody may add to a list that was read. */
const NOTHING: readonly never[] = Object.freeze([]);

const NO_BYTES = new Uint8Array(0);

/* @__NO_SIDE_EFFECTS__ */
export function text(number: number): Field<string> {
  return createField<string>(
    tagOf(number, DELIMITED),
    '',
    (writer, value) => writer.text(value),
    (reader) => reader.text(),
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function bytes(number: number): Field<Uint8Array> {
  return createField<Uint8Array>(
    tagOf(number, DELIMITED),
    NO_BYTES,
    (writer, value) => writer.byteArray(value),
    (reader) => reader.byteArray(),
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function uint32(number: number): Field<number> {
  return createField<number>(
    tagOf(number, VARINT),
    0,
    (writer, value) => writer.uint32(value),
    (reader) => reader.uint32(),
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function uint64(number: number): Field<number> {
  return createField<number>(
    tagOf(number, VARINT),
    0,
    (writer, value) => writer.uint64(value),
    (reader) => reader.uint64(),
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function bool(number: number): Field<boolean> {
  return createField<boolean>(
    tagOf(number, VARINT),
    false,
    (writer) => writer.uint32(1),
    (reader) => reader.uint64() !== 0,
  );
}

/** One of `names`, which have the values 1, 2, … of the enum. Required: there is no default. */
/* @__NO_SIDE_EFFECTS__ */
export function oneOf<T extends string>(number: number, names: readonly T[]): Field<T> {
  // The empty text stands for UNSPECIFIED while a message is being read, and does not get out.
  return createField<T>(
    tagOf(number, VARINT),
    '' as T,
    (writer, value) => {
      const index = names.indexOf(value);
      if (index < 0) throw new RendezvousError('bad_request', `"${value}" is none of its values`);
      writer.uint32(index + 1);
    },
    (reader) => {
      const value = reader.uint32();
      const name = names[value - 1];
      if (name === undefined) throw badFrame(`field ${number} has the unknown value ${value}`);
      return name;
    },
    true,
  );
}

/** A nested message. An empty one is written: it is not an absent one. */
/* @__NO_SIDE_EFFECTS__ */
export function message<T>(number: number, codec: MessageCodec<T>): Field<T> {
  return createField<T>(
    tagOf(number, DELIMITED),
    codec.absent,
    (writer, value) => {
      const start = writer.beginNested();
      codec.write(writer, value);
      writer.endNested(start);
    },
    (reader, previous) => {
      const outerEnd = reader.enter();
      const value = codec.read(reader, previous);
      reader.leave(outerEnd);
      return value;
    },
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function list<T>({ tag, write, read }: Field<T>): ListField<T> {
  return { tag, absent: NOTHING, isRequired: false, isList: true, write, read };
}

/** Writes all of a field: nothing, its tag and value, or those of each element. */
export function writeField(writer: WireWriter, field: AnyField, value: unknown): void {
  const { tag, absent } = field;
  if (field.isList) {
    for (const element of value as readonly never[]) {
      writer.uint32(tag);
      field.write(writer, element);
    }
  } else if (value !== absent || field.isRequired) {
    if (absent === NO_BYTES && (value as Uint8Array).length === 0) return;
    writer.uint32(tag);
    field.write(writer, value as never);
  }
}

/** Reads the value after a field's tag. `previous` is what the message held: lists add to it. */
export function readField(reader: WireReader, field: AnyField, previous: unknown): unknown {
  if (!field.isList) return field.read(reader, previous as never);
  const element = field.read(reader);
  if (previous === NOTHING) return [element];
  // Made here, by the element before this one, and nobody else has seen it yet.
  (previous as unknown[]).push(element);
  return previous;
}

/** Every field is made here, so that all have one shape: the loops over them are hot. */
function createField<T>(
  tag: number,
  absent: T,
  write: Field<T>['write'],
  read: Field<T>['read'],
  isRequired: boolean = false,
): Field<T> {
  return { tag, absent, isRequired, isList: false, write, read };
}

function tagOf(number: number, wireType: number): number {
  return (number << 3) | wireType;
}
