import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClusterNodes } from './cluster-nodes.js';

describe('parseClusterNodes', () => {
  it('reads primaries with their slots, and replicas with their primary', () => {
    const text = [
      'aa 10.0.0.1:7001@17001 myself,master - 0 1700 3 connected 0-99 101 [93->-bb]',
      'bb 10.0.0.2:7002@17002,redis-b,shard-id=cc slave aa 0 1700 3 connected',
      'cc :7003@17003 slave,fail aa 0 1700 3 disconnected',
      'dd ::1:7004@17004 master - 0 1700 4 connected',
      'ee 10.0.0.5:7005@17005 handshake - 0 0 0 disconnected',
      '',
    ].join('\n');
    expect(parseClusterNodes(text, 'own')).toEqual([
      { id: 'aa', address: '10.0.0.1:7001', slots: ['0-99', '101'] },
      { id: 'bb', address: 'redis-b:7002', primaryId: 'aa', slots: [] },
      { id: 'cc', address: 'own:7003', primaryId: 'aa', slots: [] },
      { id: 'dd', address: '[::1]:7004', slots: [] },
    ]);
  });

  it.each(['', 'OK', 'aa 10.0.0.1:7001@17001 master', 'aa nowhere master - 0 1 2 connected'])(
    '%j is no list of servers',
    (text) => {
      expect(parseClusterNodes(text, 'own')).toBeUndefined();
    },
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseClusterNodes(text, 'own');
      }),
    );
  });
});
