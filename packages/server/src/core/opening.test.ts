import { describe, expect, it } from 'vitest';
import { key, mintId, mintJournal, setup, TestNode } from '../../test/test-node.js';

describe('opens', () => {
  it('rule 2: an open is acknowledged only once it is durable', () => {
    const { node } = setup();
    const { id } = node.openUnsynced();
    expect(node.answers(id)).toEqual([]);
    node.sync();
    expect(node.answers(id)).toEqual([{ kind: 'opened', journal: node.journal, sequence: 1 }]);
  });

  it('rule 2: a retry of an open that is not durable yet is not acknowledged either', () => {
    const { node } = setup();
    const { id, bid, rid } = node.openUnsynced();
    const retry = node.openUnsynced({ bid, rid });
    expect(node.answers(retry.id)).toEqual([]);
    node.sync();
    expect(node.answers(retry.id)).toEqual(node.answers(id));
    expect(node.disk.filter((record) => record.kind === 'open')).toHaveLength(1);
  });

  it('a retry of a durable open is acknowledged at once with the same position', () => {
    const { node } = setup();
    const { bid, rid, position } = node.open();
    const retry = node.openUnsynced({ bid, rid });
    expect(node.answers(retry.id)).toEqual([{ kind: 'opened', ...position }]);
  });

  it('one bid is one write: with other keys or another marker it is refused, and changes nothing', () => {
    const { node } = setup();
    const { bid, rid, position } = node.open({ keys: [key('a'), key('b')] });
    const others = [{ keys: [] }, { keys: [key('b'), key('a')] }, { keys: [key('a')] }];
    for (const fields of [...others, { keys: [key('a'), key('b')], marker: mintId() }]) {
      const { id } = node.openUnsynced({ bid, rid, ...fields });
      expect(node.answers(id)).toMatchObject([{ kind: 'failure', code: 'bad_request' }]);
    }
    const { id } = node.openUnsynced({ bid, rid, keys: [key('a'), key('b')] });
    expect(node.answers(id)).toEqual([{ kind: 'opened', ...position }]);
  });

  it('rule 3: sequences go on behind the newest ever durable, whatever entries are left', () => {
    const node = new TestNode({
      journal: { id: mintJournal(), predecessors: [], head: 41, entries: [], horizon: '' },
    });
    expect(node.open().position.sequence).toBe(42);
  });

  it('rule 18: a branch opens for every region of its store but the home', () => {
    const { node } = setup();
    node.open();
    expect(node.disk[0]).toMatchObject({ kind: 'open', entry: { regions: ['us', 'ap'] } });
  });

  it('refuses with limit_exceeded above the bound, and changes nothing', () => {
    const node = new TestNode({ limits: { branchCountMax: 1 } });
    node.open();
    const { id } = node.openUnsynced();
    expect(node.answers(id)).toMatchObject([{ kind: 'failure', code: 'limit_exceeded' }]);
    node.sync();
    expect(node.disk).toHaveLength(1);
  });

  const refusals: Record<string, [object, string]> = {
    'an unknown store': [{ store: 'postings' }, 'store_unknown'],
    'a bid that is no ULID': [{ bid: 'b1' }, 'bad_request'],
    'a rid that is no ULID': [{ rid: '' }, 'bad_request'],
    'another home than the configured one': [{ home: 'us' }, 'bad_request'],
    'a position that is none': [{ position: 'somewhere' }, 'bad_request'],
    'an empty key': [{ keys: [key('')] }, 'bad_request'],
    'a key above 3,072 bytes': [{ keys: [new Uint8Array(3_073)] }, 'bad_request'],
    'more than 100 keys': [{ keys: Array.from({ length: 101 }, () => key('k')) }, 'bad_request'],
  };
  for (const [what, [fields, code]] of Object.entries(refusals)) {
    it(`refuses ${what}`, () => {
      const { node } = setup();
      const { id } = node.openUnsynced(fields);
      node.sync();
      expect(node.answers(id)).toMatchObject([{ kind: 'failure', code }]);
      expect(node.disk).toEqual([]);
    });
  }
});
