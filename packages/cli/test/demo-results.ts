// Results of demo runs that never were, for the tests of what is made of them.
import type { DemoResult, PostOutcome } from '../src/demo/demo-result.js';

export function createPost(changes: Partial<PostOutcome> = {}): PostOutcome {
  return {
    stale: false,
    timedOut: false,
    prevented: false,
    windowMs: 200,
    lagMs: undefined,
    wakeMs: undefined,
    ...changes,
  };
}

export interface ResultChanges {
  readonly baselinePosts?: readonly PostOutcome[];
  readonly rendezvousPosts?: readonly PostOutcome[];
  readonly warmUp?: readonly PostOutcome[];
  readonly unanswered?: number;
  readonly postRateMax?: number;
}

/** Two posts: both stale without Rendezvous, none with it. */
export function createResult(changes: ResultChanges = {}): DemoResult {
  const stale = createPost({ stale: true, windowMs: 210 });
  return {
    store: 'postgres',
    product: 'PostgreSQL',
    lagPlace: 'the us standby: recovery_min_apply_delay = 200 ms',
    lagMs: 200,
    concurrency: 50,
    postRateMax: changes.postRateMax,
    pollMs: 20,
    alternatives: [],
    baseline: {
      warmUp: [],
      posts: changes.baselinePosts ?? [{ ...stale, lagMs: 199 }, stale],
      writeMs: 0.5,
      readMs: 0.25,
      observerResolutionMs: 0.3,
      unanswered: 0,
    },
    rendezvous: {
      warmUp: changes.warmUp ?? [],
      posts: changes.rendezvousPosts ?? [
        createPost({ prevented: true, windowMs: 202, lagMs: 201, wakeMs: 0.75 }),
        createPost({ prevented: true, windowMs: 204 }),
      ],
      writeMs: 1,
      readMs: 0.2,
      observerResolutionMs: 0.3,
      unanswered: changes.unanswered ?? 0,
    },
    machine: {
      cpu: 'Test <processor>',
      cores: 2,
      memoryGb: 8,
      system: 'Linux 6.1',
      node: '20.20.2',
      datastore: 'PostgreSQL 18.4',
    },
  };
}
