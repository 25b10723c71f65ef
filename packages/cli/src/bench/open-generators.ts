/** The load generators as one: their connections share the load evenly. */
import { startDemoProcesses } from '../demo/start-processes.js';
import { findMeasuredProgram } from './measured-program.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { GeneratorContract, LoadReport } from './open-contracts.js';
import { splitEvenly, type OpenLoad } from './open-plan.js';
import type { OpenRun } from './open-result.js';

export interface GeneratorsOptions {
  readonly url: string;
  readonly load: OpenLoad;
  readonly count: number;
  readonly answerTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Generators extends AsyncDisposable {
  /** Resolves once every request that was sent is acknowledged. */
  apply(durationMs: number, opensMax: number): Promise<LoadResult>;
}

export type LoadResult = Pick<OpenRun, 'opens' | 'elapsedMs' | 'latencyMs' | 'generator'>;

/** Connects them to the node; there are at most as many as connections. */
export async function startGenerators(options: GeneratorsOptions): Promise<Generators> {
  const { url, load, answerTimeoutMs, signal } = options;
  const { connections, depth, storesPerRequest, ratePerSec } = load;
  const count = Math.min(options.count, connections);
  const shares = splitEvenly(connections, count);
  const program = await findMeasuredProgram('open-generator-process');
  const generators = await startDemoProcesses<GeneratorContract>(
    shares.map((share) => ({
      program,
      setup: { url, connections: share },
      answerTimeoutMs,
      signal,
    })),
  );
  return {
    apply: async (loadMs, opensMax) => {
      const limits = splitEvenly(opensMax, count);
      const reports = generators.all.map((generator, index) =>
        generator.request('load', {
          depth,
          storesPerRequest,
          ratePerSec:
            ratePerSec === null ? null : ratePerSec * ((shares[index] ?? 0) / connections),
          durationMs: loadMs,
          opensMax: limits[index] ?? 0,
        }),
      );
      return combine(await Promise.all(reports));
    },
    [Symbol.asyncDispose]: () => generators[Symbol.asyncDispose](),
  };
}

function combine(reports: readonly LoadReport[]): LoadResult {
  const latencies = new LatencyHistogram();
  for (const { latencyCounts } of reports) latencies.merge(latencyCounts);
  const finishedAtMs = Math.max(...reports.map((report) => report.finishedAtMs));
  const startedAtMs = Math.min(...reports.map((report) => report.startedAtMs));
  const latencyMs = (rank: number): number => latencies.percentileMs(rank) ?? 0;
  return {
    opens: latencies.total,
    elapsedMs: finishedAtMs - startedAtMs,
    latencyMs: { p50: latencyMs(0.5), p99: latencyMs(0.99), p999: latencyMs(0.999) },
    generator: reports
      .map(({ usage }) => usage)
      .reduce((busiest, usage) => (usage.activeMs > busiest.activeMs ? usage : busiest)),
  };
}
