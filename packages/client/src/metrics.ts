// The client's counters for a monitoring system; apart, so that who does not need it does not carry it.
export { toMetrics } from './to-metrics.js';
export type { MetricSample } from './to-metrics.js';
