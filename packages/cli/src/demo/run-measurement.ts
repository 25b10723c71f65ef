/** What commands that measure have in common: progress, an end by Ctrl-C, and failures. */
import { RendezvousError } from '@rendezvous/protocol';
import type { Io, TextSink } from '../command.js';
import { createProgress, type Progress } from './progress.js';

const PROVED_NOTHING = 3;
/** As a shell reports a program that SIGINT ended. */
const INTERRUPTED = 130;

/** What such a command may end with; for its help. */
export const MEASUREMENT_EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'stale reads without Rendezvous, none with it',
  1: 'a stale read got through with Rendezvous on',
  3: 'the run proved nothing: no stale read without Rendezvous, waits that timed out, or a failure',
  130: 'interrupted',
};

/**
 * Resolves with the exit code: that of `report`, which gets the result and says it. What is not the
 * result goes to `console`. Rejects with `config_invalid` only.
 */
export async function runMeasurement<T>(
  io: Io,
  console: TextSink,
  measure: (progress: Progress) => Promise<T>,
  report: (result: T) => Promise<number>,
): Promise<number> {
  const progress = createProgress(console);
  try {
    const result = await measure(progress);
    progress.finish();
    return await report(result);
  } catch (thrown) {
    progress.finish();
    if (io.signal.aborted) return INTERRUPTED;
    const error = RendezvousError.from(thrown);
    if (error.code === 'config_invalid') throw error;
    // A run that failed proved nothing; 1 would say that a stale read got through.
    io.stderr.write(`rendezvous: ${error.message}\n`);
    // An error without a code is a bug: whoever reports it needs the stack.
    if (error.code === 'internal' && thrown instanceof Error) io.stderr.write(`${thrown.stack}\n`);
    return PROVED_NOTHING;
  }
}
