import type { Field, MessageCodec } from './field.js';
import { badFrame } from './wire-reader.js';

/** The table of a message's fields: one for each property but `kind`, or it does not compile. */
export type FieldsOf<T> = { readonly [Name in Exclude<keyof T, 'kind'>]: Field<T[Name]> };

type Loose = Record<string, unknown>;

/** The codec of a message that has a `kind`. */
/* @__NO_SIDE_EFFECTS__ */
export function defineBody<T extends { readonly kind: string }>(
  kind: T['kind'],
  fields: FieldsOf<T>,
): MessageCodec<T> {
  return compile({ kind }, fields);
}

/** The codec of a message that only occurs inside of others. */
/* @__NO_SIDE_EFFECTS__ */
export function definePart<T>(fields: FieldsOf<T>): MessageCodec<T> {
  return compile({}, fields);
}

/**
 * Writes fields in the order of the table, reads them in any order. Unknown fields are skipped; a
 * field that occurs twice counts as protobuf says: the last of a scalar, the union of the rest.
 */
function compile<T>(constant: Loose, fields: FieldsOf<T>): MessageCodec<T> {
  const entries = Object.entries<Field<unknown>>(fields).map(([name, field]) => ({ name, field }));
  const byNumber: (undefined | { readonly name: string; readonly field: Field<unknown> })[] = [];
  for (const entry of entries) byNumber[entry.field.number] = entry;
  const required = entries.filter(({ field }) => field.required);
  const absent: Loose = { ...constant };
  for (const { name, field } of entries) absent[name] = field.absent;

  return {
    // An absent nested message is this very object.
    absent: Object.freeze(absent) as T,
    write(writer, value) {
      for (const { name, field } of entries) field.write(writer, (value as Loose)[name]);
    },
    read(reader, previous) {
      const value: Loose = { ...(previous as Loose) };
      while (!reader.atEnd) {
        const tag = reader.tag();
        const entry = byNumber[tag >>> 3];
        if (entry === undefined) {
          reader.skip(tag & 7);
          continue;
        }
        const { name, field } = entry;
        if ((tag & 7) !== field.wireType) {
          throw badFrame(`field ${field.number} (${name}) has wire type ${tag & 7}`);
        }
        value[name] = field.read(reader, value[name]);
      }
      for (const { name, field } of required) {
        if (value[name] === field.absent)
          throw badFrame(`field ${field.number} (${name}) is absent`);
      }
      return value as T;
    },
  };
}
