/** How the process is. Read when a scraper asks, so that nothing runs in between. */
import { performance } from 'node:perf_hooks';
import { CATALOG } from './catalog.js';
import type { Family, MetricDefinition } from './exposition.js';

const MICROSECONDS = 1e-6;
const MILLISECONDS = 1e-3;

export function readProcessMetrics(): Family[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  return [
    toFamily(CATALOG.processCpu, (user + system) * MICROSECONDS),
    toFamily(CATALOG.processStart, performance.timeOrigin * MILLISECONDS),
    toFamily(CATALOG.processMemory, rss),
    toFamily(CATALOG.heapUsed, heapUsed),
    toFamily(CATALOG.heapTotal, heapTotal),
    toFamily(CATALOG.externalMemory, external),
    toFamily(CATALOG.eventLoopActive, performance.eventLoopUtilization().active * MILLISECONDS),
  ];
}

function toFamily(definition: MetricDefinition, value: number): Family {
  return { definition, samples: [{ labels: [], value }] };
}
