import { expect, test } from 'vitest';
import { parseConfig } from './parse-config.js';
import { findNodes, selectNodes } from './select-nodes.js';
import type { NodeSelection } from './select-nodes.js';

const config = parseConfig(
  {
    regions: {
      eu: { node: 'wss://rv.eu' },
      us: { node: ['wss://rv-a.us', 'wss://user:secret@rv-b.us/rv'] },
      'us-replica': { servedBy: 'us' },
    },
    stores: {},
  },
  'rendezvous.config.ts',
);

function select(regions: readonly string[], nodes: readonly string[] = []): NodeSelection {
  return selectNodes(config, { regions, nodes });
}

function namesIn(nodes: readonly { readonly name: string }[]): string[] {
  return nodes.map(({ name }) => name);
}

test('the only node of a region needs no --node, and has every other node as a peer', () => {
  const { own, served, peers } = select(['eu']);
  expect(namesIn(own)).toEqual(['eu']);
  expect(served).toEqual(['eu']);
  expect(peers).toEqual([
    { name: 'us', region: 'us', index: 0, endpoint: 'wss://rv-a.us' },
    { name: 'us-2', region: 'us', index: 1, endpoint: 'wss://user:secret@rv-b.us/rv' },
  ]);
});

test('one of several nodes is named by its URL, serves the whole region and has the others as peers', () => {
  for (const regions of [[], ['us']]) {
    const { own, served, peers } = select(regions, ['wss://rv-b.us/rv']);
    expect(namesIn(own)).toEqual(['us-2']);
    expect(served).toEqual(['us', 'us-replica']);
    expect(namesIn(peers)).toEqual(['eu', 'us']);
  }
});

test('one process may be a node of each of several regions', () => {
  const { own, served, peers } = select(['us', 'eu'], ['wss://rv-a.us/']);
  expect(namesIn(own)).toEqual(['eu', 'us']);
  expect(served).toEqual(['eu', 'us', 'us-replica']);
  expect(namesIn(peers)).toEqual(['us-2']);
});

const wrong: readonly [regions: readonly string[], nodes: readonly string[], message: string][] = [
  [
    [],
    [],
    'the configuration has 3 nodes; say which this is: --region eu or --node wss://rv-a.us or --node wss://rv-b.us/rv',
  ],
  [
    ['us'],
    [],
    'the region "us" has 2 nodes; say which this is: --node wss://rv-a.us or --node wss://rv-b.us/rv',
  ],
  [
    [],
    ['wss://rv-a.us', 'wss://rv-b.us/rv'],
    'the region "us" has 2 nodes; say which this is: --node wss://rv-a.us or --node wss://rv-b.us/rv',
  ],
  [
    ['us'],
    ['wss://rv-c.us'],
    'the configuration has no node wss://rv-c.us: use --node wss://rv.eu or --node wss://rv-a.us or --node wss://rv-b.us/rv',
  ],
  [['us'], ['rv-a'], 'the configuration has no node (not a URL): use --node wss://rv.eu'],
  [['eu'], ['wss://rv-a.us'], 'the node wss://rv-a.us is one of the region "us": use --region us'],
];

test.each(wrong)('--region %j --node %j is rejected: %s', (regions, nodes, message) => {
  expect(() => select(regions, nodes)).toThrow(`[config_invalid] ${message}`);
});

test('no message shows credentials', () => {
  expect(() => select(['us'])).toThrow(expect.not.stringContaining('secret') as string);
  expect(() => select([], ['wss://user:secret@rv-x.us'])).toThrow(
    expect.not.stringContaining('secret') as string,
  );
});

test('every node of a region answers for it and for the regions that it serves', () => {
  expect(namesIn(findNodes(config, 'us'))).toEqual(['us', 'us-2']);
  expect(namesIn(findNodes(config, 'us-replica'))).toEqual(['us', 'us-2']);
  expect(() => findNodes(config, 'uss')).toThrow('Did you mean "us"?');
});
