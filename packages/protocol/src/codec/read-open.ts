import type { Open } from '../messages.js';
import { badWireType } from './message-codec.js';
import type { WireReader } from './wire-reader.js';

/**
 * Reads an Open as `define` would, in half the time: a node reads little else. What is written here by
 * hand is held against the table of fields, and both against protobuf-es, by tests.
 */

const NAMES = ['bid', 'rid', 'store', 'home', 'keys', 'position', 'leaseMs', 'marker'] as const;

const NO_KEYS: readonly never[] = Object.freeze([]);

const ABSENT: Open = {
  kind: 'open',
  bid: '',
  rid: '',
  store: '',
  home: '',
  keys: NO_KEYS,
  position: '',
  leaseMs: 0,
  marker: '',
};

export function readOpen(reader: WireReader, previous: Open = ABSENT): Open {
  let { bid, rid, store, home, position, leaseMs, marker } = previous;
  const keys: Uint8Array[] = [...previous.keys];
  while (!reader.atEnd) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        bid = reader.text();
        break;
      case 0x12:
        rid = reader.text();
        break;
      case 0x1a:
        store = reader.text();
        break;
      case 0x22:
        home = reader.text();
        break;
      case 0x2a:
        keys.push(reader.byteArray());
        break;
      case 0x32:
        position = reader.text();
        break;
      case 0x38:
        leaseMs = reader.uint32();
        break;
      case 0x42:
        marker = reader.text();
        break;
      default: {
        const name = NAMES[(tag >>> 3) - 1];
        if (name !== undefined) throw badWireType(tag, name);
        reader.skip(tag & 7);
      }
    }
  }
  return { kind: 'open', bid, rid, store, home, keys, position, leaseMs, marker };
}
