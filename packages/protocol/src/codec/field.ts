import { RendezvousError } from '../error.js';
import { badFrame, WIRE_TYPE, type WireReader, type WireType } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

/**
 * The kinds of fields that messages of `rendezvous.v1` are made of. A field writes its tag and its
 * value, or nothing when the value is the one that an absent field has anyway (proto3).
 */
export interface Field<T> {
  readonly number: number;
  readonly wireType: WireType;
  /** What the field is when the bytes lack it. */
  readonly absent: T;
  /** No message is valid without it. */
  readonly required: boolean;
  write(writer: WireWriter, value: T): void;
  /** The new value. `previous` is what the message held: lists and nested messages add to it. */
  read(reader: WireReader, previous: T): T;
}

/** Writes and reads one message, without its tag and length. */
export interface MessageCodec<T> {
  /** The message with every field absent. */
  readonly absent: T;
  write(writer: WireWriter, value: T): void;
  /** Reads to the end of what the reader has entered. Fields that are there replace `previous`'s. */
  read(reader: WireReader, previous: T): T;
}

/** Shared by all absent lists, hence frozen: nobody may add to a list that was read. */
const NOTHING: readonly never[] = Object.freeze([]);

const NO_BYTES = new Uint8Array(0);

/* @__NO_SIDE_EFFECTS__ */
export function text(number: number): Field<string> {
  const tag = toTag(number, WIRE_TYPE.delimited);
  return createField<string>(
    number,
    WIRE_TYPE.delimited,
    '',
    (writer, value) => {
      if (value === '') return;
      writer.uint32(tag);
      writer.text(value);
    },
    (reader) => reader.text(),
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function bytes(number: number): Field<Uint8Array> {
  const tag = toTag(number, WIRE_TYPE.delimited);
  return createField<Uint8Array>(
    number,
    WIRE_TYPE.delimited,
    NO_BYTES,
    (writer, value) => {
      if (value.length === 0) return;
      writer.uint32(tag);
      writer.byteArray(value);
    },
    (reader) => reader.byteArray(),
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function uint32(number: number): Field<number> {
  const tag = toTag(number, WIRE_TYPE.varint);
  return createField<number>(
    number,
    WIRE_TYPE.varint,
    0,
    (writer, value) => {
      if (value === 0) return;
      writer.uint32(tag);
      writer.uint32(value);
    },
    (reader) => reader.uint32(),
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function uint64(number: number): Field<number> {
  const tag = toTag(number, WIRE_TYPE.varint);
  return createField<number>(
    number,
    WIRE_TYPE.varint,
    0,
    (writer, value) => {
      if (value === 0) return;
      writer.uint32(tag);
      writer.uint64(value);
    },
    (reader) => reader.uint64(),
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function bool(number: number): Field<boolean> {
  const tag = toTag(number, WIRE_TYPE.varint);
  return createField<boolean>(
    number,
    WIRE_TYPE.varint,
    false,
    (writer, value) => {
      if (!value) return;
      writer.uint32(tag);
      writer.uint32(1);
    },
    (reader) => reader.uint64() !== 0,
  );
}

/** One of `names`, which have the values 1, 2, … of the enum. Required: there is no default. */
/* @__NO_SIDE_EFFECTS__ */
export function oneOf<T extends string>(number: number, names: readonly T[]): Field<T> {
  const tag = toTag(number, WIRE_TYPE.varint);
  return createField<T>(
    number,
    WIRE_TYPE.varint,
    // Stands for UNSPECIFIED while a message is being read; `required` keeps it from getting out.
    '' as T,
    (writer, value) => {
      const index = names.indexOf(value);
      if (index < 0) throw new RendezvousError('bad_request', `"${value}" is none of its values`);
      writer.uint32(tag);
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

/** A nested message. It is always written: an empty one is not an absent one. */
/* @__NO_SIDE_EFFECTS__ */
export function message<T>(number: number, codec: MessageCodec<T>): Field<T> {
  const tag = toTag(number, WIRE_TYPE.delimited);
  return createField<T>(
    number,
    WIRE_TYPE.delimited,
    codec.absent,
    (writer, value) => {
      writer.uint32(tag);
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
export function texts(number: number): Field<readonly string[]> {
  const tag = toTag(number, WIRE_TYPE.delimited);
  return list(
    number,
    (reader) => reader.text(),
    (writer, value) => {
      writer.uint32(tag);
      writer.text(value);
    },
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function byteArrays(number: number): Field<readonly Uint8Array[]> {
  const tag = toTag(number, WIRE_TYPE.delimited);
  return list(
    number,
    (reader) => reader.byteArray(),
    (writer, value) => {
      writer.uint32(tag);
      writer.byteArray(value);
    },
  );
}

/* @__NO_SIDE_EFFECTS__ */
export function messages<T>(number: number, codec: MessageCodec<T>): Field<readonly T[]> {
  const element = message(number, codec);
  return list(
    number,
    (reader) => element.read(reader, codec.absent),
    (writer, value) => {
      element.write(writer, value);
    },
  );
}

/** A repeated field. There are none of numbers, which would have to be read packed as well. */
function list<T>(
  number: number,
  readElement: (reader: WireReader) => T,
  writeElement: (writer: WireWriter, value: T) => void,
): Field<readonly T[]> {
  return createField<readonly T[]>(
    number,
    WIRE_TYPE.delimited,
    NOTHING,
    (writer, values) => {
      for (const value of values) writeElement(writer, value);
    },
    (reader, previous) => {
      const value = readElement(reader);
      if (previous === NOTHING) return [value];
      // Made here, by the element before this one, and nobody else has seen it yet.
      (previous as T[]).push(value);
      return previous;
    },
  );
}

function createField<T>(
  number: number,
  wireType: WireType,
  absent: T,
  write: Field<T>['write'],
  read: Field<T>['read'],
  required = false,
): Field<T> {
  return { number, wireType, absent, required, write, read };
}

function toTag(number: number, wireType: WireType): number {
  return (number << 3) | wireType;
}
