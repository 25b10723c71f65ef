import { cpus } from 'node:os';

/**
 * Which part of the time the machine's processors, all together, had work from now until the returned
 * function is called: whoever's work. From 0 to 1; the system counts in steps of 10 ms.
 */
export function beginProcessorUsage(): () => number {
  const startedAtMs = performance.now();
  const before = sumBusyMs();
  return () => {
    // Not the sum of all times: waiting for a disk is in none of them.
    const availableMs = (performance.now() - startedAtMs) * cpus().length;
    return Math.min(1, (sumBusyMs() - before) / availableMs);
  };
}

function sumBusyMs(): number {
  return cpus().reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
    0,
  );
}
