/** What a run proved, as a sentence and as the exit code that scripts rely on. */
import { count, countFailures, type DemoResult } from './demo-result.js';

export interface Verdict {
  /** 0: proved. 1: a stale read got through. 3: the run proved nothing. */
  readonly exitCode: 0 | 1 | 3;
  readonly text: string;
}

export function toVerdict({ baseline, rendezvous, lagMs }: DemoResult): Verdict {
  const without = count(baseline.posts, 'stale');
  const { staleReads, timedOut } = countFailures(rendezvous);
  if (staleReads > 0) {
    return { exitCode: 1, text: `${staleReads} stale reads got through with Rendezvous on.` };
  }
  if (timedOut > 0) {
    return { exitCode: 3, text: `Proved nothing: ${timedOut} waits timed out.` };
  }
  if (rendezvous.unanswered > 0) {
    const { unanswered } = rendezvous;
    return { exitCode: 3, text: `Proved nothing: ${unanswered} waits were not answered.` };
  }
  if (without === 0) {
    return {
      exitCode: 3,
      text: `Proved nothing: no read was stale without Rendezvous; try a longer --lag than ${lagMs}.`,
    };
  }
  return {
    exitCode: 0,
    text: `${without} of ${baseline.posts.length} reads were stale without Rendezvous, none with it.`,
  };
}
