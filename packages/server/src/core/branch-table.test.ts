/** The table against plain objects, over random histories of opens and collections. */
import type { PositionOrder } from '@rendezvous/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mintId } from '../../test/test-node.js';
import type { Branch } from './branch.js';
import { BranchTable } from './branch-table.js';
import { createStoreLayout, type StoreLayout } from './store-layout.js';

/** `a7` lies on the line `a`; a bare `7` on none. */
const order: PositionOrder = {
  parse: (text) => text,
  relation: () => 'pending',
  coordinate: (position) => {
    const [line = '', value = ''] = String(position).split(/(?=\d)/, 2);
    return /[a-z]/.test(line) ? { line, value: Number(value) } : undefined;
  },
};

function layoutOf(name: string): StoreLayout {
  const regions = ['eu', 'us'].map((region) => ({ name: region, replicas: ['1'] }));
  const definition = { name, home: 'eu', regions, order, branchTtlMs: 1_000 };
  return createStoreLayout(definition, new Set(['us']));
}

const LAYOUTS = [layoutOf('posts'), layoutOf('orders')];

interface Plain {
  readonly bid: string;
  readonly rid: string;
  readonly layout: StoreLayout;
  readonly keys: readonly Uint8Array[];
  readonly position: string;
  readonly marker: string;
  readonly insertedAtMs: number;
  named: number;
}

class Pair {
  readonly table = new BranchTable(7);
  readonly plain: Plain[] = [];
  readonly #rids: string[] = [];
  #count = 0;

  add(store: number, ridOf: number, keys: readonly Uint8Array[], position: string): void {
    const rid = this.#rids[ridOf % (this.#rids.length + 1)] ?? mintId();
    this.#rids.push(rid);
    const layout = LAYOUTS[store % 2];
    if (!layout) throw new Error('no layout');
    const marker = this.#count % 5 === 0 ? mintId() : '';
    const insertedAtMs = this.#count++ + 0.5;
    const plain = { bid: mintId(), rid, layout, keys, position, marker, insertedAtMs, named: 0 };
    const branch = this.table.add({ ...plain, parsedPosition: position || undefined });
    branch.named = plain.named = this.#count % 2 === 0 ? 2 ** 29 + 1 : 1;
    this.table.addSpot(branch, `j${String(ridOf % 3)}`, this.#count);
    this.plain.push(plain);
  }

  delete(which: number): void {
    const [plain] = this.plain.splice(which % Math.max(1, this.plain.length), 1);
    if (!plain) return;
    const branch = this.table.get(plain.bid);
    expect(branch).toBeDefined();
    if (branch) this.table.delete(branch);
    expect(this.table.get(plain.bid)).toBeUndefined();
    expect(branch?.isLive).toBe(false);
  }

  check(): void {
    expect(this.table.size).toBe(this.plain.length);
    for (const plain of this.plain) {
      const branch = this.table.get(plain.bid);
      expect(branch && seen(branch)).toEqual(plain);
      expect(branch && this.table.at(branch.row)?.bid).toBe(plain.bid);
    }
    for (const rid of new Set(this.#rids)) {
      const expected = this.plain.filter((one) => one.rid === rid).map(({ bid }) => bid);
      expect(bidsOf(this.table.ofRid(rid))).toEqual(expected);
    }
    for (const layout of LAYOUTS) {
      const expected = this.plain.filter((one) => one.layout === layout).map(({ bid }) => bid);
      expect(bidsOf(this.table.ofStore(layout))).toEqual(expected);
    }
  }
}

function seen(branch: Branch): Plain {
  const { bid, rid, layout, keys, position, marker, insertedAtMs, named } = branch;
  return { bid, rid, layout, keys, position, marker, insertedAtMs, named };
}

function bidsOf(branches: Iterable<Branch>): string[] {
  return [...branches].map(({ bid }) => bid);
}

const keys = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 3 });
const position = fc.constantFrom('', 'a1', 'a22', 'b3', '4');
const step = fc.oneof(
  fc.tuple(fc.nat(1), fc.nat(20), keys, position).map(([store, rid, list, text]) => {
    return (pair: Pair): void => pair.add(store, rid, list, text);
  }),
  fc.nat(1_000).map(
    (which) =>
      (pair: Pair): void =>
        pair.delete(which),
  ),
);

test('the table is what plain objects would be', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const pair = new Pair();
      for (const act of steps) act(pair);
      pair.check();
      while (pair.plain.length > 0) pair.delete(0);
      pair.check();
    }),
  );
});

/** Enough for five chunks of one store. */
const MANY = 10_000;

function fill(): Pair {
  const pair = new Pair();
  for (let index = 0; index < MANY; index++) {
    pair.add(0, index, [Uint8Array.of(1, index & 0xff, index >>> 8)], `a${String(index)}`);
  }
  return pair;
}

test('of many chunks that lost all but a few branches, those few are as they were', () => {
  const pair = fill();
  const stay = new Set(pair.plain.filter((_, index) => index % 397 === 5));
  for (const { bid } of pair.plain.filter((plain) => !stay.has(plain))) {
    const branch = pair.table.get(bid);
    if (branch) pair.table.delete(branch);
  }
  pair.plain.splice(0, Infinity, ...stay);
  pair.check();
  // What is written to a chunk that was moved together stays.
  for (const plain of stay) {
    const branch = pair.table.get(plain.bid);
    if (branch) branch.named = plain.named = 3;
  }
  pair.add(0, 0, [Uint8Array.of(9)], 'a9');
  pair.check();
});

test('who goes through a store’s branches while they go and come meets each that stays', () => {
  const pair = fill();
  const all = [...pair.plain];
  const met: string[] = [];
  for (const branch of pair.table.ofStore(LAYOUTS[0] as StoreLayout)) {
    const next = all[2 * met.length + 1];
    met.push(branch.bid);
    const behind = next && pair.table.get(next.bid);
    if (behind) pair.table.delete(behind);
    if (met.length === 10) pair.add(0, 0, [], 'a1');
  }
  const stayed = all.filter((_, index) => index % 2 === 0).map(({ bid }) => bid);
  expect(met).toEqual([...stayed, pair.plain.at(-1)?.bid]);
});

test('a row’s number is never given out again', () => {
  const pair = new Pair();
  const rows = new Set<number>();
  for (let index = 0; index < 3_000; index++) {
    pair.add(0, index, [], '');
    rows.add(pair.table.get(pair.plain[0]?.bid ?? '')?.row ?? 0);
    pair.delete(0);
  }
  expect(rows.size).toBe(3_000);
});

test('memory is given back as branches go', () => {
  // What the indexes keep once they have been used.
  const used = new Pair();
  for (let index = 0; index < 2_000; index++) used.add(0, index, [], '');
  while (used.plain.length > 0) used.delete(used.plain.length - 1);
  const empty = used.table.byteLength;
  const pair = fill();
  const taken = (): number => pair.table.byteLength - empty;
  const full = taken();
  expect(full / MANY).toBeLessThan(250);
  while (pair.plain.length > 20) pair.delete(pair.plain.length - 21);
  expect(taken()).toBeLessThan(full / 4);
  while (pair.plain.length > 0) pair.delete(0);
  expect(taken()).toBeLessThan(full / 10);
});
