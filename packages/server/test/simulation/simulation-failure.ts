/** A promise of DESIGN.md was broken. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  readonly check: Check;

  constructor(check: Check, message: string) {
    super(`${check}: ${message}`);
    this.check = check;
  }
}

export type Check =
  | 'SAFETY'
  | 'POSITION'
  | 'SPECULATION'
  | 'DURABILITY'
  | 'DEADLINE'
  | 'ANSWERS'
  | 'LIVENESS'
  | 'MEMORY'
  | 'STATE'
  | 'PROGRESS'
  | 'CRASH';
