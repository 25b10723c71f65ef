/** What may happen in a world: one action each, chosen by chance, weighted differently per seed. */
import { Random } from './random.js';
import type { Context } from './simulated-client.js';
import type { SimulatedReplica, Write } from './simulated-store.js';
import { REGIONS, type World } from './world.js';

export type ActionKind =
  | 'begin'
  | 'write'
  | 'failedWrite'
  | 'send'
  | 'wait'
  | 'breakConnection'
  | 'partition'
  | 'crash'
  | 'slowSync'
  | 'loseBatch'
  | 'killMonitor'
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

const KEYS = ['k1', 'k2', 'k3'];
const CONTEXT_COUNT_MAX = 12;
/** Reads of a replica that has just come back, perhaps older than it was. */
const READS_AFTER_RESTART = 6;

interface ActionDefinition {
  readonly weight: number;
  /** Some seeds do without it, some do it often. */
  readonly isFault?: true;
  /** Returns what it did, or undefined when it could do nothing. */
  readonly perform: (world: World, random: Random) => string | undefined;
}

const DEFINITIONS: Readonly<Record<ActionKind, ActionDefinition>> = {
  begin: { weight: 6, perform: begin },
  write: { weight: 22, perform: write },
  failedWrite: { weight: 2, perform: failedWrite },
  send: { weight: 12, perform: send },
  wait: { weight: 34, perform: wait },
  breakConnection: { weight: 3, isFault: true, perform: breakConnection },
  partition: { weight: 2, isFault: true, perform: partition },
  crash: { weight: 2, isFault: true, perform: crash },
  slowSync: { weight: 2, isFault: true, perform: slowSync },
  loseBatch: { weight: 2, isFault: true, perform: loseBatch },
  killMonitor: { weight: 2, isFault: true, perform: killMonitor },
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

function begin(world: World): string | undefined {
  if (world.contexts.length >= CONTEXT_COUNT_MAX) return undefined;
  const { rid, client } = world.beginContext();
  return `request ${rid.slice(-4)} begins in ${client.region}`;
}

function createWrite(world: World, context: Context): Write {
  const { random } = world.env;
  const keys = KEYS.filter(() => random.chance(0.4));
  const write: Write = {
    bid: world.env.mintUlid(),
    rid: context.rid,
    store: random.pick(world.stores),
    keys,
  };
  world.writes.push(write);
  return write;
}

/** Commits, learns the position on the same connection, then opens, perhaps at two nodes at once. */
function write(world: World, random: Random): string | undefined {
  const context = pickOne(world.contexts, random);
  if (!context) return undefined;
  const one = createWrite(world, context);
  const { store } = one;
  const copies = random.chance(0.2) ? 2 : 1;
  const isHot = random.chance(0.6);
  store.commit(one);
  const { lineage } = store;
  context.begin(one);
  world.env.soon(world.env.settings.latencyMs * 2, () => {
    if (store.lineage !== lineage) {
      // A failover breaks the connection: the client never learns how its write ended.
      context.forget(one);
      return;
    }
    one.position = store.position;
    const opened = (): void => {
      if (isHot) follow(world, context);
    };
    for (let copy = 0; copy < copies; copy++)
      context.client.open(context, one, world.nodes, opened);
  });
  return `${one.rid.slice(-4)} writes ${one.bid.slice(-4)} to ${store.name} ${one.keys.join('+')}`;
}

/** Opens before it writes; then the write fails. */
function failedWrite(world: World, random: Random): string | undefined {
  const context = pickOne(world.contexts, random);
  if (!context) return undefined;
  const one = createWrite(world, context);
  const node = random.pick(world.nodes);
  context.begin(one);
  context.client.open(context, one, [node], () => undefined);
  world.env.soon(500, () => context.client.abort(one, node));
  return `${one.rid.slice(-4)} opens ${one.bid.slice(-4)} on ${one.store.name} at ${node.region}, and will fail to write`;
}

function send(world: World, random: Random): string | undefined {
  const from = pickOne(world.contexts, random);
  const to = pickOne(world.contexts, random);
  if (!from || !to || from === to) return undefined;
  // A function mostly waits for its opens before it sends: the marks of those that do not stay.
  if (from.isIncomplete && random.chance(0.95)) return undefined;
  const { text } = from;
  const covered = [...from.covered];
  world.env.soon(world.env.settings.latencyMs, () => to.receive(text, covered));
  return `${from.rid.slice(-4)} sends a message to ${to.rid.slice(-4)}`;
}

/** What the paper is about: a message outruns the write, and somebody reads. */
function follow(world: World, context: Context): void {
  const { env, contexts } = world;
  const reader = env.random.chance(0.5) ? context : env.random.pick(contexts);
  const { text, isIncomplete } = context;
  const covered = [...context.covered];
  env.soon(env.settings.latencyMs, () => {
    if (reader !== context && !isIncomplete) reader.receive(text, covered);
    startWait(world, reader);
  });
}

/** Several reads, mostly of contexts that began lately. */
function wait(world: World, random: Random): string | undefined {
  const { contexts } = world;
  const context = pickOne(random.chance(0.6) ? contexts.slice(-4) : contexts, random);
  if (!context) return undefined;
  const waits = Array.from({ length: 1 + random.int(4) }, () => startWait(world, context));
  return `${context.rid.slice(-4)} waits ${waits.join('; ')}`;
}

function startWait(world: World, context: Context, reads?: SimulatedReplica): string {
  const { random } = world.env;
  const region = reads?.region ?? random.pick(REGIONS);
  const anyStore = random.chance(0.3) ? '' : random.pick(world.stores).name;
  const store = reads?.store.name ?? anyStore;
  const node = random.chance(0.85) ? world.nodeOf(region) : random.pick(world.nodes);
  const keys = random.chance(0.3) ? [random.pick(KEYS)] : [];
  const timeoutMs = random.pick([0, 0, 20, 200, 1_000, 8_000]);
  const readable = world.replicas.filter(
    (one) => one.region === region && one.store.name === store,
  );
  const replica = reads ?? pickOne(readable, random);
  context.client.wait(context, node, { region, store, keys, timeoutMs }, replica, () => undefined);
  return `in ${region} for ${store || 'every store'} ${keys.join('+')}, ${String(timeoutMs)} ms, at ${node.region}`;
}

function breakConnection(world: World, random: Random): string | undefined {
  const connection = pickOne(world.network.connections, random);
  connection?.break('nobody');
  return connection && `a connection ${connection.from} → ${connection.to} breaks`;
}

/** One way or both; some of the connections across it break, sooner or later. */
function partition(world: World, random: Random): string | undefined {
  const from = random.pick(REGIONS);
  const to = random.pick(REGIONS.filter((region) => region !== from));
  const durationMs = random.between(100, random.pick([500, 6_000]));
  const isOneWay = random.chance(0.4);
  world.network.block(from, to, durationMs);
  if (!isOneWay) world.network.block(to, from, durationMs);
  for (const connection of world.network.connections) {
    const ends: readonly string[] = [connection.from, connection.to];
    const isAcross = ends.includes(from) && ends.includes(to);
    if (!isAcross || random.chance(0.4)) continue;
    world.env.soon(durationMs, () => connection.break('nobody'));
  }
  return `partition ${from} ${isOneWay ? '→' : '↔'} ${to} for ${durationMs.toFixed(0)} ms`;
}

function crash(world: World, random: Random): string | undefined {
  const busy = world.nodes.filter((one) => one.isUp && one.isSyncing);
  const node = pickOne(busy, random) ?? random.pick(world.nodes);
  if (!node.isUp) return undefined;
  const losesJournal = random.chance(0.1);
  node.crash();
  if (losesJournal) node.loseJournal();
  if (losesJournal) world.env.count('journals lost');
  world.env.soon(random.pick([50, 1_000, 4_000]), () => node.start());
  return `node ${node.region} crashes${losesJournal ? ' and loses its journal' : ''}`;
}

function slowSync(world: World, random: Random): string {
  const node = random.pick(world.nodes);
  node.syncSlowly(random.between(100, 3_000));
  return `the disk of ${node.region} is slow`;
}

function loseBatch(world: World, random: Random): string {
  random.pick(world.links).loseNextBatch();
  return 'a batch will be lost';
}

function killMonitor(world: World, random: Random): string | undefined {
  const monitor = random.pick(world.monitors);
  if (!monitor.isUp) return undefined;
  monitor.kill();
  world.env.soon(random.pick([100, 2_000, 10_000]), () => monitor.start());
  return 'a monitor dies';
}

function stallReplica(world: World, random: Random): string {
  const replica = random.pick(world.replicas);
  replica.stall(random.between(50, random.pick([300, 3_000])));
  return `${replica.store.name} ${replica.name} stalls`;
}

function restartReplica(world: World, random: Random): string | undefined {
  const replica = random.pick(world.replicas);
  if (!replica.isUp) return undefined;
  const lostCount = random.pick([0, 1, 2, 5, 1_000]);
  replica.restart(lostCount, random.between(10, random.pick([200, 3_000])), () => {
    for (let read = 0; read < READS_AFTER_RESTART; read++) {
      world.env.soon(400, () => {
        const context = pickOne(world.contexts, random);
        if (context) startWait(world, context, replica);
      });
    }
  });
  return `${replica.store.name} ${replica.name} goes down, at ${replica.watermark}; ${String(lostCount)} writes older when it is back`;
}

/** Mostly after replication has been cut for a while, so that there is something to lose. */
function failOver(world: World, random: Random): string {
  const store = random.pick(world.stores);
  const cutMs = random.chance(0.7) ? random.between(0, 800) : 0;
  for (const replica of store.replicas) replica.stall(cutMs);
  world.env.after(cutMs, () => {
    const lostCount = store.failOver();
    if (lostCount > 0) world.env.count('failovers that lost writes');
    world.env.say(
      () => `${store.name} has lineage ${store.lineage.name}, and lost ${String(lostCount)} writes`,
    );
  });
  return `${store.name} will fail over in ${cutMs.toFixed(0)} ms`;
}

function pickOne<T>(values: readonly T[], random: Random): T | undefined {
  return values.length === 0 ? undefined : random.pick(values);
}
