/** A node in a process of its own, with a journal of its own; gone when it is disposed of. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { startReaper } from '@rendezvous/testkit';
import { type DemoProcess, startDemoProcess } from '../demo/demo-process.js';
import { findMeasuredProgram } from './measured-program.js';
import type { NodeContract } from './open-contracts.js';
import type { OpenJournalName } from './open-journal.js';

export interface MeasuredNodeOptions {
  readonly journal: OpenJournalName;
  readonly storeCount: number;
  readonly regions: NodeContract['setup']['regions'];
  /** Default 0: any that is free. */
  readonly port?: number;
  /** Where the node's temporary directory goes. */
  readonly parentDirectory: string;
  readonly answerTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface MeasuredNode extends AsyncDisposable {
  readonly url: string;
  readonly child: DemoProcess<NodeContract>;
}

export async function startMeasuredNode(options: MeasuredNodeOptions): Promise<MeasuredNode> {
  const { journal, storeCount, regions, port = 0, answerTimeoutMs, signal } = options;
  const directory = await mkdtemp(join(options.parentDirectory, 'rendezvous-bench-'));
  const reaper = startReaper(directory);
  try {
    const child = await startDemoProcess<NodeContract>({
      program: await findMeasuredProgram('open-node-process'),
      setup: { journal, directory: join(directory, 'journal'), storeCount, regions, port },
      answerTimeoutMs,
      signal,
    });
    if (child.pid !== undefined) reaper.watch(child.pid);
    const { url } = await child.ready;
    return {
      url,
      child,
      [Symbol.asyncDispose]: async () => {
        await child.shutdown();
        await reaper.release();
      },
    };
  } catch (error) {
    await reaper.release();
    throw error;
  }
}
