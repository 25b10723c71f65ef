import { expect, test } from 'vitest';
import { sumMonitorOps } from './monitor-ops.js';

test('what monitors ask replicas and primaries is summed over stores and regions, and nothing else', () => {
  const metrics = `# TYPE rendezvous_marker_lookups counter
rendezvous_marker_lookups_total{store="a",region="us",at="replica"} 5
rendezvous_marker_lookups_total{store="a",region="us",at="primary"} 2
rendezvous_watermark_reads_total{store="b",region="us"} 40
rendezvous_watermark_reads_total{store="b",region="eu"} 1
rendezvous_opens_total 900
`;
  expect(sumMonitorOps(metrics)).toBe(48);
  expect(sumMonitorOps('rendezvous_opens_total 3')).toBe(0);
});
