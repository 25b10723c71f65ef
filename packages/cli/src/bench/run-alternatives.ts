/**
 * What people do where they have no Rendezvous, each in a phase of its own on the same datastore under
 * the same load:
 *
 *   sleep    wait for the 99th percentile of the lag, as the phase before saw it, then read
 *   poll     look again until the post is there, as Antipode's barrier does (Ferreira Loff et al.,
 *            SOSP '23)
 *   origin   read in the writer's region, across a link that takes a round trip
 */
import { measured, type Alternative, type PhaseResult } from '../demo/demo-result.js';
import { runPhase, type PhaseOptions } from '../demo/phase.js';
import { percentile } from '../demo/statistics.js';
import { startLinks } from './start-links.js';

export async function runAlternatives(
  options: PhaseOptions,
  baseline: PhaseResult,
  crossRegionRttMs: number,
): Promise<readonly Alternative[]> {
  const { pollMs, pair, progress, signal } = options;
  const delayMs = Math.ceil(findLagP99(baseline) ?? options.lagMs);

  progress.step(`Instead: a sleep of ${delayMs} ms`);
  const sleep = await runPhase({ ...options, name: 'sleep', approach: { delayMs, polls: false } });
  progress.step('Instead: looking again until the post is there');
  const poll = await runPhase({ ...options, name: 'poll', approach: { delayMs: 0, polls: true } });
  progress.step("Instead: reading in the writer's region");
  await using links = await startLinks([pair.primary.url], crossRegionRttMs, signal);
  const [readUrl = pair.primary.url] = links.urls;
  const origin = await runPhase({ ...options, name: 'origin', readUrl });
  return [
    { name: 'sleep', description: `${delayMs} ms, the p99 of the lag`, phase: sleep },
    { name: 'poll', description: `a read every ${pollMs} ms until the post is there`, phase: poll },
    {
      name: 'origin',
      description: `a read in eu, ${crossRegionRttMs} ms away (simulated)`,
      phase: origin,
    },
  ];
}

function findLagP99({ warmUp, posts }: PhaseResult): number | undefined {
  return percentile(measured([...warmUp, ...posts], 'lagMs'), 0.99);
}
