/** What may happen in a world: one action each, chosen by chance, weighted differently per seed. */
import {
  breakConnection,
  crash,
  crashClient,
  failDisk,
  failOver,
  jumpClock,
  killMonitor,
  loseBatch,
  partition,
  restartReplica,
  slowSync,
  stallReplica,
} from './faults.js';
import { Random } from './random.js';
import { begin, consume, failedWrite, foreignWrite, send, wait, write } from './traffic.js';
import type { World } from './world.js';

export type ActionKind =
  | 'begin'
  | 'write'
  | 'failedWrite'
  | 'foreignWrite'
  | 'send'
  | 'wait'
  | 'consume'
  | 'breakConnection'
  | 'partition'
  | 'crash'
  | 'failDisk'
  | 'slowSync'
  | 'loseBatch'
  | 'killMonitor'
  | 'crashClient'
  | 'jumpClock'
  | 'stallReplica'
  | 'restartReplica'
  | 'failOver';

export interface Action {
  readonly kind: ActionKind;
  /** All the chance in what it does. */
  readonly seed: number;
  /** Time that passes before it. */
  readonly pauseMs: number;
}

interface ActionDefinition {
  readonly weight: number;
  /** Some seeds do without it, some do it often. */
  readonly isFault?: true;
  /** Returns what it did, or undefined when it could do nothing. */
  readonly perform: (world: World, random: Random) => string | undefined;
}

const DEFINITIONS: Readonly<Record<ActionKind, ActionDefinition>> = {
  begin: { weight: 6, perform: begin },
  write: { weight: 26, perform: write },
  failedWrite: { weight: 3, perform: failedWrite },
  foreignWrite: { weight: 3, perform: foreignWrite },
  send: { weight: 12, perform: send },
  wait: { weight: 34, perform: wait },
  consume: { weight: 8, perform: consume },
  breakConnection: { weight: 3, isFault: true, perform: breakConnection },
  partition: { weight: 2, isFault: true, perform: partition },
  crash: { weight: 2, isFault: true, perform: crash },
  failDisk: { weight: 1, isFault: true, perform: failDisk },
  slowSync: { weight: 2, isFault: true, perform: slowSync },
  loseBatch: { weight: 2, isFault: true, perform: loseBatch },
  killMonitor: { weight: 2, isFault: true, perform: killMonitor },
  crashClient: { weight: 1, isFault: true, perform: crashClient },
  jumpClock: { weight: 1, isFault: true, perform: jumpClock },
  stallReplica: { weight: 4, isFault: true, perform: stallReplica },
  restartReplica: { weight: 2, isFault: true, perform: restartReplica },
  failOver: { weight: 1, isFault: true, perform: failOver },
};

/** A schedule of actions from one seed. */
export function createSchedule(seed: number, count: number): readonly Action[] {
  const random = new Random(seed * 7_919);
  const bag = (Object.entries(DEFINITIONS) as [ActionKind, ActionDefinition][]).flatMap(
    ([kind, { weight, isFault }]) =>
      Array.from({ length: isFault ? weight * random.pick([0, 1, 1, 4]) : weight }, () => kind),
  );
  return Array.from({ length: count }, () => ({
    kind: random.pick(bag),
    seed: random.int(2 ** 32),
    pauseMs: random.chance(0.1) ? random.between(0, 1_000) : random.between(0, 40),
  }));
}

export function performAction(world: World, { kind, seed, pauseMs }: Action): void {
  world.env.timeline.run(pauseMs);
  world.env.reseed(seed);
  const did = DEFINITIONS[kind].perform(world, world.env.random);
  if (did === undefined) return;
  world.env.count(kind);
  world.env.say(() => `· ${did}`);
}
