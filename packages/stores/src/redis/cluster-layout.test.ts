import { describe, expect, it } from 'vitest';
import { toClusterLayout } from './cluster-layout.js';
import type { ClusterNode } from './cluster-nodes.js';

const primaryA: ClusterNode = { id: 'a', address: 'a:1', slots: ['0-99'] };
const primaryB: ClusterNode = { id: 'b', address: 'b:1', slots: ['100-199'] };
const replicaOf = (primaryId: string, address: string): ClusterNode => ({
  id: address,
  address,
  primaryId,
  slots: [],
});
const a1 = replicaOf('a', 'a1:1');
const a2 = replicaOf('a', 'a2:1');
const b1 = replicaOf('b', 'b1:1');
const nodes = [primaryB, a2, primaryA, a1, b1];

function watched(all: readonly ClusterNode[], listed: readonly string[] = []): unknown {
  return toClusterLayout(all, listed).shards.map(({ primary, watched: places }) => [
    primary,
    places.map(({ address, role }) => `${role} ${address}`).sort(),
  ]);
}

describe('what is watched', () => {
  it.each<readonly [string, readonly ClusterNode[], readonly string[], unknown]>([
    [
      'every replica',
      nodes,
      [],
      [
        ['a:1', ['replica a1:1', 'replica a2:1']],
        ['b:1', ['replica b1:1']],
      ],
    ],
    [
      'of a shard without replicas its primary',
      [primaryA, primaryB, b1],
      [],
      [
        ['a:1', ['primary a:1']],
        ['b:1', ['replica b1:1']],
      ],
    ],
    [
      'only what is listed, also where it is a primary by now',
      nodes,
      ['a2:1', 'b:1'],
      [
        ['a:1', ['replica a2:1']],
        ['b:1', ['primary b:1']],
      ],
    ],
    [
      'no server of a shard without slots',
      [primaryA, { ...primaryB, slots: [] }, b1],
      [],
      [['a:1', ['primary a:1']]],
    ],
  ])('is %s', (_, all, listed, expected) => {
    expect(watched(all, listed)).toEqual(expected);
  });

  it.each<readonly [string, readonly ClusterNode[], readonly string[]]>([
    ['a list that has nothing of a shard', nodes, ['a1:1']],
    ['a list with a server that the cluster does not know', nodes, ['a1:1', 'b1:1', 'gone:1']],
    ['a cluster without slots', [a1], []],
  ])('is nothing with %s', (_, all, listed) => {
    expect(() => toClusterLayout(all, listed)).toThrow('[store_failed]');
  });
});

describe('the fingerprint', () => {
  const { fingerprint } = toClusterLayout(nodes, []);

  it('does not depend on the order in which servers are told', () => {
    expect(toClusterLayout([...nodes].reverse(), []).fingerprint).toBe(fingerprint);
  });

  it.each<readonly [string, readonly ClusterNode[]]>([
    ['a slot moves', [{ ...primaryA, slots: ['0-98'] }, primaryB, a1, a2, b1]],
    ['a replica goes', [primaryA, primaryB, a1, b1]],
    ['a replica comes', [...nodes, replicaOf('b', 'b2:1')]],
    ['a replica follows another primary', [primaryA, primaryB, a1, b1, replicaOf('b', 'a2:1')]],
    [
      'a replica takes over',
      [primaryB, { ...a1, slots: ['0-99'] }, replicaOf('a1:1', 'a:1'), a2, b1],
    ],
    ['a server is at another address', [primaryA, primaryB, a1, { ...a2, address: 'x:1' }, b1]],
  ])('is another when %s', (_, all) => {
    expect(toClusterLayout(all, []).fingerprint).not.toBe(fingerprint);
  });

  it('stays as it is when a server changes that is not on the list', () => {
    const listed = ['a1:1', 'b1:1'];
    const before = toClusterLayout(nodes, listed);
    const after = toClusterLayout([primaryA, primaryB, a1, b1], listed);
    expect(after.fingerprint).toBe(before.fingerprint);
  });
});
