import { describe, expect, it } from 'vitest';
import { parseClusterEndpoint } from './cluster-endpoint.js';

describe('parseClusterEndpoint', () => {
  it('names seeds, and replicas to watch', () => {
    const { seeds, replicas } = parseClusterEndpoint(
      'redis-cluster://a:7001?node=b:7002&replica=c:7003&replica=[::1]:7004',
    );
    expect(seeds).toEqual(['a:7001', 'b:7002']);
    expect(replicas).toEqual(['c:7003', '[::1]:7004']);
  });

  it('has the port of Redis by default, and watches every replica', () => {
    const { seeds, replicas } = parseClusterEndpoint('redis-cluster://a');
    expect([seeds, replicas]).toEqual([['a:6379'], []]);
  });

  it.each([
    ['redis-cluster://us%3Aer:p%40w@a:1', 'redis://us%3Aer:p%40w@b:2'],
    ['rediss-cluster://:pw@a:1', 'rediss://:pw@b:2'],
    ['redis-cluster://a:1', 'redis://b:2'],
  ])('%s leads to other servers with its user and password', (endpoint, url) => {
    expect(parseClusterEndpoint(endpoint).toServerUrl('b:2')).toBe(url);
  });

  it.each([
    'redis://secret@a:1',
    'secret nonsense',
    'redis-cluster://',
    'redis-cluster://:secret@a:1?nodes=b:2',
    'redis-cluster://:secret@a:1?node=b',
    'redis-cluster://:secret@a:1?replica=b:2/secret',
  ])('rejects %j, and does not tell what it was', (endpoint) => {
    expect(() => parseClusterEndpoint(endpoint)).toThrow(/^\[config_invalid\] (?!.*secret)/);
  });
});
