/** A whole deployment: regions, nodes, stores, monitors, functions. What it consists of is `deployment.ts`. */
import { toCoverage } from '@rendezvous/protocol';
import type { WaitAnswer } from '@rendezvous/protocol';
import { Context } from './context.js';
import type { Deployment, NodePlan } from './deployment.js';
import type { Environment } from './environment.js';
import { type MarkerReplica, MarkerStore } from './marker-store.js';
import { SimulationFailure } from './simulation-failure.js';
import { Network } from './network.js';
import { PeerLink } from './peer-link.js';
import { SimulatedClient } from './simulated-client.js';
import { SimulatedMonitor } from './simulated-monitor.js';
import { SimulatedNode } from './simulated-node.js';
import { type SimulatedReplica, SimulatedStore } from './simulated-store.js';
import { Truth } from './truth.js';
import type { Store, Write } from './write.js';

/** Until then whatever still runs has run: reconnects, retries, catching up. */
const SETTLE_MS = 20_000;
const LAST_WAIT_MS = 8_000;

export class World {
  readonly env: Environment;
  /** Where machines are. */
  readonly regions: readonly string[];
  /** Where stores can be read: the regions, and what is derived. */
  readonly places: readonly string[];
  readonly network: Network;
  readonly positionStores: readonly SimulatedStore[];
  readonly markerStores: readonly MarkerStore[];
  readonly stores: readonly Store[];
  readonly nodes: readonly SimulatedNode[];
  readonly links: readonly PeerLink[];
  readonly monitors: readonly SimulatedMonitor[];
  readonly clients: readonly SimulatedClient[];
  readonly contexts: Context[] = [];
  readonly writes: Write[] = [];

  constructor(env: Environment, { regions, nodes, stores, markerStores }: Deployment) {
    this.env = env;
    this.regions = regions;
    this.places = [...regions, ...new Set(nodes.flatMap(({ derived }) => derived))];
    this.network = new Network(env);
    this.positionStores = stores.map((plan) => new SimulatedStore(env, plan));
    this.markerStores = markerStores.map((plan) => new MarkerStore(env, plan));
    this.stores = [...this.positionStores, ...this.markerStores];
    const truth = new Truth(env, this.stores);
    this.nodes = nodes.map((node, index) => this.#createNode(node, index, nodes, truth));
    this.links = this.nodes.flatMap((node) =>
      this.nodes.filter((peer) => peer !== node).map((peer) => this.#link(node, peer)),
    );
    this.monitors = this.#createMonitors();
    this.clients = regions.map((region) => new SimulatedClient(env, this.network, truth, region));
    for (const node of this.nodes) node.start();
    for (const monitor of this.monitors) if (env.random.chance(0.8)) monitor.start();
  }

  get replicas(): readonly (SimulatedReplica | MarkerReplica)[] {
    return [
      ...this.positionStores.flatMap((store) => store.replicas),
      ...this.markerStores.flatMap((store) => store.replicas),
    ];
  }

  nodesOf(region: string): readonly SimulatedNode[] {
    return this.nodes.filter((node) => node.served.includes(region));
  }

  beginContext(): Context {
    const client = this.env.random.pick(this.clients);
    const context = new Context(this.env.mintUlid(client.clockAheadMs), client);
    this.contexts.push(context);
    return context;
  }

  /** Its requests end with it. */
  crashClient(client: SimulatedClient): void {
    client.crash();
    const others = this.contexts.filter((context) => context.client !== client);
    this.contexts.splice(0, this.contexts.length, ...others);
  }

  /** All faults stop, and everything that was down comes back. */
  calm(): void {
    this.env.say(() => 'all faults stop');
    this.env.isCalm = true;
    this.network.heal();
    for (const node of this.nodes) {
      node.repairDisk();
      node.start();
    }
    for (const monitor of this.monitors) monitor.start();
    for (const replica of this.replicas) {
      replica.resume();
      replica.follow();
    }
    this.env.timeline.run(SETTLE_MS);
  }

  /** LIVENESS: every wait ends, and those for writes that exist become consistent. */
  checkWaits(): void {
    const unanswered = new Set<string>();
    const stores = ['', ...this.markerStores.map(({ name }) => name)];
    for (const context of this.contexts) {
      for (const node of this.nodes) {
        for (const store of stores) this.#expectConsistent(context, node, store, unanswered);
      }
    }
    this.env.timeline.run(LAST_WAIT_MS);
    const [first] = unanswered;
    if (first !== undefined) throw new SimulationFailure('LIVENESS', `no answer to ${first}`);
  }

  /** MEMORY: nothing is remembered of branches that ended. */
  checkMemory(): void {
    const stuck = this.writes.filter((write) => this.#mayStayOpen(write));
    const late = stuck.filter(({ lateBid }) => lateBid !== undefined);
    this.#expectBranches(stuck.length + late.length, 'at rest');
    this.env.timeline.run(this.env.settings.branchTtlMs + 2_000);
    this.#expectBranches(0, 'after every branch was given up');
  }

  #expectBranches(countMax: number, when: string): void {
    for (const { name, branchCount } of this.nodes) {
      if (branchCount <= countMax) continue;
      const message = `${name} remembers ${String(branchCount)} branches ${when}, not ${String(countMax)}`;
      throw new SimulationFailure('MEMORY', message);
    }
  }

  #expectConsistent(
    context: Context,
    node: SimulatedNode,
    store: string,
    unanswered: Set<string>,
  ): void {
    const { rid, client } = context;
    const name = `${rid} at ${node.name} for ${store || 'every store'}`;
    const options = { region: node.region, store, keys: [], timeoutMs: LAST_WAIT_MS / 2 };
    if (context.isIncomplete) return;
    unanswered.add(name);
    client.wait(context, node, options, undefined, (body) => {
      unanswered.delete(name);
      const answer = body?.kind === 'waitAnswer' ? body : undefined;
      if (answer?.status === 'consistent') return;
      if (answer?.status === 'unknown' && this.#mayBeUnknown(context, node)) return;
      if (answer?.status === 'timed_out' && this.#mayTimeOut(context, store)) return;
      throw new SimulationFailure('LIVENESS', `${name} is answered ${explain(answer)}`);
    });
  }

  /** What this bookmark may rely on is lost, or was given up. */
  #mayBeUnknown(context: Context, { horizon }: SimulatedNode): boolean {
    const { rids, everyRid, positions } = toCoverage(context.bookmark);
    return (
      positions.some((position) => !this.nodes.some((node) => node.has(position))) ||
      (horizon !== '' && (everyRid || rids.some((one) => one <= horizon))) ||
      this.#writesOf(context).some((write) => write.store.isLost(write))
    );
  }

  /** It may cover a branch that was opened before its write, which then failed. */
  #mayTimeOut(context: Context, store: string): boolean {
    return this.#writesOf(context).some(
      (write) => ['', write.store.name].includes(store) && write.store.isUnwritten(write),
    );
  }

  #writesOf({ bookmark }: Context): readonly Write[] {
    const { everyRid, rids } = toCoverage(bookmark);
    return this.writes.filter(({ rid }) => everyRid || rids.includes(rid));
  }

  #mayStayOpen(write: Write): boolean {
    const { store } = write;
    // Nobody makes a consumer tell a node of everything.
    const hasIndex = this.positionStores.some((one) => one === store && one.index);
    return hasIndex || store.isLost(write) || store.isUnwritten(write);
  }

  #createNode(
    { name, region, derived }: NodePlan,
    index: number,
    all: readonly NodePlan[],
    truth: Truth,
  ): SimulatedNode {
    const { clockDriftMax } = this.env.settings;
    return new SimulatedNode({
      env: this.env,
      truth,
      name,
      region,
      served: [region, ...derived],
      stores: this.stores.map((store) => store.definition),
      peers: all.filter((other) => other.name !== name).map((other) => other.name),
      clockOffsetMs: 1_000_000.25 * (index + 1),
      clockRate: 1 + this.env.random.between(-clockDriftMax, clockDriftMax),
    });
  }

  #link(node: SimulatedNode, peer: SimulatedNode): PeerLink {
    const link = new PeerLink(this.env, this.network, node, peer);
    node.addLink(peer.name, link);
    return link;
  }

  /** At each node one monitor for every replica of its region, and one more for each by itself. */
  #createMonitors(): SimulatedMonitor[] {
    return this.nodes.flatMap((node) => {
      const replicas = this.replicas.filter((replica) => replica.region === node.region);
      const groups = [replicas, ...replicas.map((replica) => [replica])];
      return groups.map((group) => new SimulatedMonitor(this.env, this.network, node, group));
    });
  }
}

function explain(answer: WaitAnswer | undefined): string {
  return answer ? `${answer.status} ${JSON.stringify(answer.pending.slice(0, 2))}` : 'not at all';
}
