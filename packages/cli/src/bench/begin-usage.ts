import type { Usage } from './open-contracts.js';

/** What this process uses from now until the returned function is called. */
export function beginUsage(): () => Usage {
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { cpuUs: user + system, activeMs: performance.eventLoopUtilization(loop).active };
  };
}
