/** What functions do: they write, tell each other of it, wait, and read. */
import { toCoverage } from '@rendezvous/protocol';
import { pickOne, type Random } from './random.js';
import type { Context } from './context.js';
import type { MarkerStore } from './marker-store.js';
import { MarkedWrite } from './marked-write.js';
import type { Replica, Store, Write } from './write.js';
import type { World } from './world.js';

const KEYS = ['k1', 'k2', 'k3'];
const CONTEXT_COUNT_MAX = 12;
const SLOW_POSITION_MS = 600;
const FOREIGN_SKEW_MS = 300_000;

export function begin(world: World): string | undefined {
  if (world.contexts.length >= CONTEXT_COUNT_MAX) return undefined;
  const { rid, client } = world.beginContext();
  return `request ${rid.slice(-4)} begins in ${client.region}`;
}

function createWrite(world: World, context: Context, store: Store, keys: readonly string[]): Write {
  const bid = world.env.mintUlid(context.client.clockAheadMs);
  const write: Write = { bid, rid: context.rid, store, keys };
  world.writes.push(write);
  return write;
}

function pickKeys(random: Random): readonly string[] {
  return KEYS.filter(() => random.chance(0.4));
}

export function write(world: World, random: Random): string | undefined {
  const context = pickOne(world.contexts, random);
  if (!context) return undefined;
  const marked = random.chance(0.35) ? pickOne(world.markerStores, random) : undefined;
  return marked ? writeMarked(world, context, marked) : writePositioned(world, context);
}

/** Commits, learns the position on the same connection, then opens, perhaps at two nodes at once. */
function writePositioned(world: World, context: Context): string {
  const { random, settings } = world.env;
  const store = random.pick(world.positionStores);
  const one = createWrite(world, context, store, pickKeys(random));
  const copies = random.chance(0.2) ? 2 : 1;
  const isHot = random.chance(0.6);
  store.commit(one);
  const { lineage } = store;
  context.begin(one);
  const life = context.client.life;
  // Others write meanwhile: a failover may keep the write, and not the position.
  const isSlow = random.chance(0.15);
  world.env.soon(isSlow ? SLOW_POSITION_MS : settings.latencyMs * 2, () => {
    if (context.client.life !== life) return;
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

/** Overwrites or deletes, with a marker. */
function writeMarked(world: World, context: Context, store: MarkerStore): string {
  const { env, nodes } = world;
  const { random } = env;
  const some = pickKeys(random);
  const keys = some.length > 0 ? some : [random.pick(KEYS)];
  const one = createWrite(world, context, store, keys);
  const isDelete = random.chance(0.12);
  // Lag is short, and a key has but few readers: those who follow read where it matters.
  const readers = [...store.replicas.filter(() => random.chance(0.5)), undefined];
  const onCovered = (): void => {
    for (const reads of readers) follow(world, context, reads);
  };
  new MarkedWrite({ env, context, store, write: one, isDelete, nodes, onCovered }).begin();
  const verb = isDelete ? 'deletes' : 'writes';
  return `${one.rid.slice(-4)} ${verb} ${one.bid.slice(-4)} in ${store.name} ${keys.join('+')}`;
}

/** Somebody else's write, whose clock is minutes wrong, and whose branch is none of ours. */
export function foreignWrite(world: World, random: Random): string | undefined {
  const store = pickOne(world.markerStores, random);
  if (!store) return undefined;
  const key = random.pick(KEYS);
  const isDelete = random.chance(0.3);
  const marker = world.env.mintUlid(random.between(-FOREIGN_SKEW_MS, FOREIGN_SKEW_MS));
  store.put([key], marker, isDelete);
  return `somebody else ${isDelete ? 'deletes' : `writes ${marker.slice(-4)} to`} ${store.name} ${key}`;
}

/** Opens before it writes; then the write fails. */
export function failedWrite(world: World, random: Random): string | undefined {
  const context = pickOne(world.contexts, random);
  if (!context) return undefined;
  const store = random.pick(world.positionStores);
  const one = createWrite(world, context, store, pickKeys(random));
  const node = random.pick(world.nodes);
  const { client } = context;
  context.begin(one);
  client.open(context, one, [node], () => undefined);
  // The answer of the first try is slow: the session moves to another node, which gets it too.
  if (random.chance(0.5)) client.open(context, one, world.nodes, () => undefined);
  world.env.soon(500, () => client.abort(one, node));
  return `${one.rid.slice(-4)} opens ${one.bid.slice(-4)} on ${one.store.name} at ${node.name}, and will fail to write`;
}

export function send(world: World, random: Random): string | undefined {
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
function follow(world: World, context: Context, reads?: Replica): void {
  const { env, contexts } = world;
  const reader = env.random.chance(0.5) ? context : pickOne(contexts, env.random);
  if (!reader) return;
  const { text, isIncomplete } = context;
  const covered = [...context.covered];
  env.soon(env.settings.latencyMs, () => {
    if (reader !== context && !isIncomplete) reader.receive(text, covered);
    startWait(world, reader, reads);
  });
}

/** Several reads, mostly of contexts that began lately. */
export function wait(world: World, random: Random): string | undefined {
  const { contexts } = world;
  const context = pickOne(random.chance(0.6) ? contexts.slice(-4) : contexts, random);
  if (!context) return undefined;
  const waits = Array.from({ length: 1 + random.int(4) }, () => startWait(world, context));
  return `${context.rid.slice(-4)} waits ${waits.join('; ')}`;
}

export function startWait(world: World, context: Context, reads?: Replica): string {
  const { random } = world.env;
  const region = reads?.region ?? random.pick(world.places);
  const named = random.chance(0.02) ? 'unknown-store' : random.pick(world.stores).name;
  const anyStore = random.chance(0.3) ? '' : named;
  const store = reads?.store.name ?? anyStore;
  const node = random.chance(0.85) ? random.pick(world.nodesOf(region)) : random.pick(world.nodes);
  const keys = random.chance(0.3) ? [random.pick(KEYS)] : [];
  const timeoutMs = random.pick([0, 0, 20, 200, 1_000, 8_000]);
  const readable = world.stores
    .filter(({ name }) => name === store)
    .flatMap((one) => one.readersOf(region));
  const replica = reads ?? pickOne(readable, random);
  context.client.wait(context, node, { region, store, keys, timeoutMs }, replica, () => undefined);
  return `in ${region} for ${store || 'every store'} ${keys.join('+')}, ${String(timeoutMs)} ms, at ${node.name}`;
}

/** The consumer of an index has a message, applies what it tells of, and says so to a node. */
export function consume(world: World, random: Random): string | undefined {
  const derived = world.positionStores.find((store) => store.index !== undefined);
  const index = derived?.index;
  const context = pickOne(world.contexts, random);
  if (!index || !context || context.isIncomplete || toCoverage(context.bookmark).everyRid)
    return undefined;
  const key = random.chance(0.5) ? random.pick(KEYS) : '';
  const { rids } = context.bookmark;
  index.upsert(
    world.writes.filter(
      ({ rid, store, keys }) =>
        store === derived && rids.includes(rid) && (key === '' || keys.includes(key)),
    ),
  );
  const node = random.pick(world.nodesOf(index.region));
  context.client.applied(context, node, { store: derived.name, region: index.region, key });
  return `the ${index.region} index applies what ${context.rid.slice(-4)} wrote ${key}`;
}
