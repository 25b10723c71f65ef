/** Every path of the node's port. */
import { answerHealth } from './answer-health.js';
import { createAnswerMetrics, type MetricsRouteOptions } from './answer-metrics.js';
import { createAnswerReadiness } from './answer-readiness.js';
import { answerUpgradeRequired } from './answer-upgrade-required.js';
import type { Routes } from './route.js';

export interface RoutesOptions {
  readonly isReady: () => boolean;
  readonly metrics: MetricsRouteOptions;
}

export function createRoutes({ isReady, metrics }: RoutesOptions): Routes {
  return new Map([
    ['/', answerUpgradeRequired],
    ['/healthz', answerHealth],
    ['/readyz', createAnswerReadiness(isReady)],
    ['/metrics', createAnswerMetrics(metrics)],
  ]);
}
