/** Latencies by the second in which their operations were due. */
import { LatencyHistogram } from './latency-histogram.js';

/** In ms; null: there was none. */
export interface Latencies {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
}

export interface SecondReport {
  /** One for each second, in order. */
  readonly seconds: readonly Latencies[];
  readonly all: Latencies;
}

export class SecondLog {
  readonly #seconds: LatencyHistogram[] = [];
  readonly #all = new LatencyHistogram();

  record(dueMs: number, latencyMs: number): void {
    const second = Math.floor(dueMs / 1_000);
    while (this.#seconds.length <= second) this.#seconds.push(new LatencyHistogram());
    this.#seconds[second]?.record(latencyMs);
    this.#all.record(latencyMs);
  }

  /** For `secondCount` seconds, also those without any. */
  toReport(secondCount: number): SecondReport {
    const none = new LatencyHistogram();
    const seconds = Array.from({ length: secondCount }, (_, second) =>
      toLatencies(this.#seconds[second] ?? none),
    );
    return { seconds, all: toLatencies(this.#all) };
  }
}

function toLatencies(histogram: LatencyHistogram): Latencies {
  const at = (rank: number): number | null => {
    const latencyMs = histogram.percentileMs(rank);
    return latencyMs === undefined ? null : Math.round(latencyMs * 1_000) / 1_000;
  };
  return { count: histogram.total, p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}
