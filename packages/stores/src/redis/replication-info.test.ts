import { expect, test } from 'vitest';
import { parseReplicationInfo } from './replication-info.js';

const REPLID = '8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb';
const PREVIOUS = '57abfce1d3ab41e1a4d8c5a4d6bd8a9e0e4f3f1f';
const NONE = '0'.repeat(40);

function toInfo(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}:${value}\r\n`);
  return `# Replication\r\n${lines.join('')}`;
}

const primary = {
  role: 'master',
  master_replid: REPLID,
  master_replid2: NONE,
  master_repl_offset: '120',
  second_repl_offset: '-1',
};
const replica = {
  ...primary,
  role: 'slave',
  master_link_status: 'up',
  master_sync_in_progress: '0',
  slave_read_repl_offset: '110',
  slave_repl_offset: '100',
};

test('a primary is at its own offset', () => {
  expect(parseReplicationInfo(toInfo(primary))).toEqual({
    role: 'primary',
    position: { replid: REPLID, offset: 120 },
  });
});

test('a replica is at what it has applied, also while its link is down', () => {
  const position = { replid: REPLID, offset: 100 };
  expect(parseReplicationInfo(toInfo(replica))).toEqual({ role: 'replica', position });
  const cut = toInfo({ ...replica, master_link_status: 'down' });
  expect(parseReplicationInfo(cut)).toEqual({ role: 'replica', position });
});

test('a replica that is being rebuilt has no position', () => {
  const rebuilt = toInfo({ ...replica, master_sync_in_progress: '1' });
  expect(parseReplicationInfo(rebuilt)).toEqual({ role: 'replica' });
});

test('rule 10: only a primary knows exactly where the previous lineage ended', () => {
  const lineage = { master_replid2: PREVIOUS, second_repl_offset: '91' };
  expect(parseReplicationInfo(toInfo({ ...primary, ...lineage }))?.position?.previous).toEqual({
    replid: PREVIOUS,
    endOffset: 91,
    exact: true,
  });
  expect(parseReplicationInfo(toInfo({ ...replica, ...lineage }))?.position?.previous?.exact).toBe(
    false,
  );
});

test.each([
  ['nothing', ''],
  ['another role', toInfo({ ...primary, role: 'sentinel' })],
  ['no lineage', toInfo({ ...primary, master_replid: '' })],
  ['no offset', toInfo({ ...primary, master_repl_offset: 'x' })],
  ['an offset beyond what a number holds', toInfo({ ...primary, master_repl_offset: '9e99' })],
])('%s is no answer', (_, text) => {
  expect(parseReplicationInfo(text)).toBeUndefined();
});
