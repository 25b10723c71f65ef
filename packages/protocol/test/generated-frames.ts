import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  fromBinary,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import type { ClientMessage, NodeMessage } from '../src/messages.js';
import { ClientFrameSchema, NodeFrameSchema } from './generated/rendezvous/v1/session_pb.js';

/**
 * The frames of a session by protobuf-es and the code that it generates from `session.proto`: a
 * second opinion on our own codec. Its messages are translated from and to ours by the descriptors.
 */

export function encodeClientFrameGenerated(messages: readonly ClientMessage[]): Uint8Array {
  return encodeGenerated(ClientFrameSchema, messages);
}

export function decodeClientFrameGenerated(bytes: Uint8Array): unknown {
  return decodeGenerated(ClientFrameSchema, bytes);
}

export function encodeNodeFrameGenerated(messages: readonly NodeMessage[]): Uint8Array {
  return encodeGenerated(NodeFrameSchema, messages);
}

export function decodeNodeFrameGenerated(bytes: Uint8Array): unknown {
  return decodeGenerated(NodeFrameSchema, bytes);
}

type Loose = Record<string, unknown>;

function encodeGenerated(frame: DescMessage, messages: readonly object[]): Uint8Array {
  return toBinary(frame, create(frame, toGenerated(frame, { messages })));
}

function decodeGenerated(frame: DescMessage, bytes: Uint8Array): unknown {
  return fromGenerated(frame, fromBinary(frame, bytes))['messages'];
}

function toGenerated(message: DescMessage, ours: object): Loose {
  const generated: Loose = {};
  for (const field of message.fields) {
    const value = (ours as Loose)[field.localName];
    if (value !== undefined) generated[field.localName] = toGeneratedValue(field, value);
  }
  const { body } = ours as { body?: { kind: string } };
  if (body !== undefined) {
    const member = message.fields.find(({ localName }) => localName === body.kind);
    generated['body'] = {
      case: body.kind,
      value: member?.message === undefined ? undefined : toGenerated(member.message, body),
    };
  }
  return generated;
}

function toGeneratedValue(field: DescField, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => toGeneratedElement(field, element));
  return toGeneratedElement(field, value);
}

function toGeneratedElement(field: DescField, value: unknown): unknown {
  if (field.message !== undefined) return toGenerated(field.message, value as object);
  if (field.enum !== undefined) return enumNumber(field.enum, String(value));
  return field.scalar === ScalarType.UINT64 ? BigInt(value as number) : value;
}

function fromGenerated(message: DescMessage, generated: object): Loose {
  const ours: Loose = {};
  for (const field of message.fields) {
    if (field.oneof !== undefined) continue;
    ours[field.localName] = fromGeneratedValue(field, (generated as Loose)[field.localName]);
  }
  const { body } = generated as { body?: { case?: string; value?: object } };
  if (body?.case !== undefined && body.value !== undefined) {
    const member = message.fields.find(({ localName }) => localName === body.case);
    if (member?.message === undefined) throw new Error(`no member ${body.case}`);
    ours['body'] = { kind: body.case, ...fromGenerated(member.message, body.value) };
  }
  return ours;
}

function fromGeneratedValue(field: DescField, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => fromGeneratedElement(field, element));
  return fromGeneratedElement(field, value);
}

function fromGeneratedElement(field: DescField, value: unknown): unknown {
  if (field.message !== undefined) {
    return fromGenerated(field.message, (value as object | undefined) ?? create(field.message));
  }
  if (field.enum !== undefined) return field.enum.value[value as number]?.localName.toLowerCase();
  return field.scalar === ScalarType.UINT64 ? Number(value) : value;
}

function enumNumber(type: DescEnum, name: string): number {
  const value = type.values.find(({ localName }) => localName.toLowerCase() === name);
  if (value === undefined) throw new Error(`${type.name} has no ${name}`);
  return value.number;
}
