import {
  readField,
  writeField,
  type AnyField,
  type Field,
  type ListField,
  type MessageCodec,
} from './field.js';
import { badFrame } from './wire-reader.js';

/** The table of a message's fields: one for each property but `kind`, or it does not compile. */
export type FieldsOf<T> = {
  readonly [Name in Exclude<keyof T, 'kind'>]: T[Name] extends readonly (infer Element)[]
    ? ListField<Element>
    : Field<T[Name]>;
};

type Loose = Record<string, unknown>;

/**
 * The codec of a message with these fields, and with the `kind` if there is one.
 *
 * Writes fields in the order of the table, reads them in any order. Unknown fields are skipped; a
 * field that occurs twice counts as protobuf says: the last of a scalar, the union of the rest.
 */
/* @__NO_SIDE_EFFECTS__ */
export function define<T>(fields: FieldsOf<T>, kind?: string): MessageCodec<T> {
  const entries = Object.entries<AnyField>(fields).map(([name, field]) => ({ name, field }));
  const byNumber: (undefined | { readonly name: string; readonly field: AnyField })[] = [];
  for (const entry of entries) byNumber[entry.field.tag >>> 3] = entry;
  const required = entries.filter(({ field }) => field.isRequired);
  const absent: Loose = kind === undefined ? {} : { kind };
  for (const { name, field } of entries) absent[name] = field.absent;

  return {
    // An absent nested message is this very object.
    absent: Object.freeze(absent) as T,
    write(writer, value) {
      for (const { name, field } of entries) writeField(writer, field, (value as Loose)[name]);
    },
    read(reader, previous) {
      const value: Loose = { ...((previous as Loose | undefined) ?? absent) };
      while (!reader.atEnd) {
        const tag = reader.tag();
        const entry = byNumber[tag >>> 3];
        if (entry === undefined) {
          reader.skip(tag & 7);
          continue;
        }
        const { name, field } = entry;
        if (tag !== field.tag) throw badWireType(tag, name);
        value[name] = readField(reader, field, value[name]);
      }
      for (const { name, field } of required) {
        if (value[name] === field.absent)
          throw badFrame(`field ${field.tag >>> 3} (${name}) is absent`);
      }
      return value as T;
    },
  };
}

/** The `bad_frame` of a field, named or described, whose tag has another wire type than it should. */
export function badWireType(tag: number, name: string): Error {
  return badFrame(`field ${tag >>> 3} (${name}) has wire type ${tag & 7}`);
}
