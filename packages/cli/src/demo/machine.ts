import { cpus, release, totalmem, type } from 'node:os';

/** The machine that something was measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  /** The version of Node.js. */
  readonly node: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown processor',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
  };
}

export function formatMachine({ cores, cpu, memoryGb, system, node }: Machine): string {
  return `${cores} × ${cpu}, ${memoryGb} GB, ${system}, Node.js ${node}`;
}
