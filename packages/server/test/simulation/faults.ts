/** What goes wrong. Each names what it did, or nothing when there was nothing to break. */
import { pickOne, type Random } from './random.js';
import { startWait } from './traffic.js';
import type { World } from './world.js';

/** Reads of a replica that has just come back, perhaps older than it was. */
const READS_AFTER_RESTART = 6;
/** The node refuses rids that are further ahead. */
const CLOCK_JUMP_MS_MAX = 240_000;

export function breakConnection(world: World, random: Random): string | undefined {
  const connection = pickOne(world.network.connections, random);
  connection?.break('nobody');
  return connection && `a connection ${connection.from} → ${connection.to} breaks`;
}

/** One way or both; some of the connections across it break, sooner or later. */
export function partition(world: World, random: Random): string | undefined {
  const from = random.pick(world.regions);
  const to = random.pick(world.regions.filter((region) => region !== from));
  const durationMs = random.between(100, random.pick([500, 6_000]));
  const isOneWay = random.chance(0.4);
  world.network.block(from, to, durationMs);
  if (isOneWay) world.env.count('one-way partitions');
  if (!isOneWay) world.network.block(to, from, durationMs);
  for (const connection of world.network.connections) {
    const ends: readonly string[] = [connection.from, connection.to];
    const isAcross = ends.includes(from) && ends.includes(to);
    if (!isAcross || random.chance(0.4)) continue;
    world.env.soon(durationMs, () => connection.break('nobody'));
  }
  return `partition ${from} ${isOneWay ? '→' : '↔'} ${to} for ${durationMs.toFixed(0)} ms`;
}

export function crash(world: World, random: Random): string | undefined {
  const busy = world.nodes.filter((one) => one.isUp && one.isSyncing);
  const node = pickOne(busy, random) ?? random.pick(world.nodes);
  if (!node.isUp) return undefined;
  const losesJournal = random.chance(0.1);
  node.crash();
  if (losesJournal) node.loseJournal();
  if (losesJournal) world.env.count('journals lost');
  world.env.soon(random.pick([50, 1_000, 4_000]), () => node.start());
  return `node ${node.name} crashes${losesJournal ? ' and loses its journal' : ''}`;
}

/** The next sync fails: what it was to write may be there or not, and the node must end. */
export function failDisk(world: World, random: Random): string | undefined {
  const node = random.pick(world.nodes);
  if (!node.isUp) return undefined;
  node.failDisk(random.pick([50, 1_000, 4_000]));
  return `the disk of ${node.name} will fail`;
}

/** A function's process dies: its requests end, what it asked for goes unheard. */
export function crashClient(world: World, random: Random): string {
  const client = random.pick(world.clients);
  world.crashClient(client);
  return `the functions in ${client.region} crash`;
}

/** Forward or back: rids and bids minted from it are not in order of time any more. */
export function jumpClock(world: World, random: Random): string {
  const client = random.pick(world.clients);
  client.clockAheadMs = random.between(-CLOCK_JUMP_MS_MAX, CLOCK_JUMP_MS_MAX);
  return `the clock of ${client.region} is ${client.clockAheadMs.toFixed(0)} ms ahead`;
}

export function slowSync(world: World, random: Random): string {
  const node = random.pick(world.nodes);
  node.syncSlowly(random.between(100, 3_000));
  return `the disk of ${node.name} is slow`;
}

export function loseBatch(world: World, random: Random): string {
  random.pick(world.links).loseNextBatch();
  return 'a batch will be lost';
}

export function killMonitor(world: World, random: Random): string | undefined {
  const monitor = random.pick(world.monitors);
  if (!monitor.isUp) return undefined;
  monitor.kill();
  world.env.soon(random.pick([100, 2_000, 10_000]), () => monitor.start());
  return 'a monitor dies';
}

export function stallReplica(world: World, random: Random): string {
  const replica = random.pick(world.replicas);
  replica.stall(random.between(50, random.pick([300, 3_000])));
  return `${replica.store.name} ${replica.name} stalls`;
}

export function restartReplica(world: World, random: Random): string | undefined {
  const replica = random.pick(world.replicas);
  if (!replica.isUp) return undefined;
  const lostCount = random.pick([0, 1, 2, 5, 1_000]);
  const downMs = random.between(10, random.pick([200, 3_000]));
  replica.restart({ lostCount, downMs, isQuiet: random.chance(0.3) }, () => {
    for (let read = 0; read < READS_AFTER_RESTART; read++) {
      world.env.soon(400, () => {
        const context = pickOne(world.contexts, random);
        if (context) startWait(world, context, replica);
      });
    }
  });
  return `${replica.store.name} ${replica.name} goes down, at ${replica.progress}; ${String(lostCount)} writes older when it is back`;
}

/** Mostly after replication has been cut for a while, so that there is something to lose. */
export function failOver(world: World, random: Random): string {
  const store = random.pick(world.positionStores);
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
