/**
 * A whole deployment: three regions, a node each, two stores, monitors, functions.
 *
 *            eu                    us                     ap
 *   node     eu ◀────────────────▶ us ◀─────────────────▶ ap     (all to all)
 *   posts    primary               two replicas           one replica
 *   orders   one replica           primary                one replica
 */
import type { WaitAnswer } from '@rendezvous/protocol';
import { type Environment, SimulationFailure } from './environment.js';
import { Network } from './network.js';
import { PeerLink } from './peer-link.js';
import { Context, SimulatedClient } from './simulated-client.js';
import { SimulatedMonitor } from './simulated-monitor.js';
import { SimulatedNode } from './simulated-node.js';
import { type SimulatedReplica, SimulatedStore, type Write } from './simulated-store.js';
import { Truth } from './truth.js';

export const REGIONS = ['eu', 'us', 'ap'] as const;

/** Until then whatever still runs has run: reconnects, retries, catching up. */
const SETTLE_MS = 20_000;
const LAST_WAIT_MS = 8_000;

export class World {
  readonly env: Environment;
  readonly network: Network;
  readonly stores: readonly SimulatedStore[];
  readonly nodes: readonly SimulatedNode[];
  readonly links: readonly PeerLink[];
  readonly monitors: readonly SimulatedMonitor[];
  readonly clients: readonly SimulatedClient[];
  readonly contexts: Context[] = [];
  readonly writes: Write[] = [];

  constructor(env: Environment) {
    this.env = env;
    this.network = new Network(env);
    this.stores = [
      new SimulatedStore(env, 'posts', 'eu', { eu: 1, us: 2, ap: 1 }),
      new SimulatedStore(env, 'orders', 'us', { eu: 1, us: 1, ap: 1 }),
    ];
    const truth = new Truth(env, this.stores);
    this.nodes = REGIONS.map((region, index) => this.#createNode(region, index, truth));
    this.links = this.nodes.flatMap((node) =>
      this.nodes.filter((peer) => peer !== node).map((peer) => this.#link(node, peer)),
    );
    this.monitors = this.#createMonitors();
    this.clients = REGIONS.map((region) => new SimulatedClient(env, this.network, truth, region));
    for (const node of this.nodes) node.start();
    for (const monitor of this.monitors) if (env.random.chance(0.8)) monitor.start();
  }

  get replicas(): readonly SimulatedReplica[] {
    return this.stores.flatMap((store) => store.replicas);
  }

  nodeOf(region: string): SimulatedNode {
    const node = this.nodes.find((one) => one.region === region);
    if (!node) throw new Error(`no node in ${region}`);
    return node;
  }

  beginContext(): Context {
    const context = new Context(this.env.mintUlid(), this.env.random.pick(this.clients));
    this.contexts.push(context);
    return context;
  }

  /** All faults stop, and everything that was down comes back. */
  calm(): void {
    this.env.say(() => 'all faults stop');
    this.env.isCalm = true;
    this.network.heal();
    for (const node of this.nodes) {
      node.syncFast();
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
    for (const context of this.contexts) {
      for (const region of REGIONS) this.#expectConsistent(context, region, unanswered);
    }
    this.env.timeline.run(LAST_WAIT_MS);
    const [first] = unanswered;
    if (first !== undefined) throw new SimulationFailure('LIVENESS', `no answer to ${first}`);
  }

  /** MEMORY: nothing is remembered of branches that ended. */
  checkMemory(): void {
    const stuckCount = this.writes.filter((write) => this.#mayStayOpen(write)).length;
    this.#expectBranches(stuckCount, 'at rest');
    this.env.timeline.run(this.env.settings.branchTtlMs + 2_000);
    this.#expectBranches(0, 'after every branch was given up');
  }

  #expectBranches(countMax: number, when: string): void {
    for (const { region, branchCount } of this.nodes) {
      if (branchCount <= countMax) continue;
      const message = `${region} remembers ${String(branchCount)} branches ${when}, not ${String(countMax)}`;
      throw new SimulationFailure('MEMORY', message);
    }
  }

  #expectConsistent(context: Context, region: string, unanswered: Set<string>): void {
    const { rid, client } = context;
    const name = `${rid} in ${region}`;
    const options = { region, store: '', keys: [], timeoutMs: LAST_WAIT_MS / 2 };
    if (context.isIncomplete) return;
    unanswered.add(name);
    client.wait(context, this.nodeOf(region), options, undefined, (body) => {
      unanswered.delete(name);
      const answer = body?.kind === 'waitAnswer' ? body : undefined;
      if (answer?.status === 'consistent') return;
      if (answer?.status === 'unknown' && this.#mayBeUnknown(context, region)) return;
      if (answer?.status === 'timed_out' && this.#mayTimeOut(context)) return;
      throw new SimulationFailure('LIVENESS', `${name} is answered ${explain(answer)}`);
    });
  }

  /** What this bookmark may rely on is lost, or was given up. */
  #mayBeUnknown(context: Context, region: string): boolean {
    const { rids, everyRid, positions } = context.bookmark;
    const { horizon } = this.nodeOf(region);
    return (
      [...positions].some(([journal, sequence]) => {
        return !this.nodes.some((node) => node.has({ journal, sequence }));
      }) ||
      (horizon !== '' && (everyRid || rids.some((one) => one <= horizon))) ||
      this.#writesOf(context).some((write) => write.store.isCutOff(write))
    );
  }

  /** It may cover a branch that was opened before its write, which then failed. */
  #mayTimeOut(context: Context): boolean {
    return this.#writesOf(context).some((write) => !write.position);
  }

  #writesOf({ bookmark }: Context): readonly Write[] {
    return this.writes.filter(({ rid }) => bookmark.everyRid || bookmark.rids.includes(rid));
  }

  #mayStayOpen(write: Write): boolean {
    return write.store.isCutOff(write) || !write.position;
  }

  #createNode(region: string, index: number, truth: Truth): SimulatedNode {
    return new SimulatedNode({
      env: this.env,
      truth,
      region,
      stores: this.stores.map((store) => store.definition),
      peers: REGIONS.filter((other) => other !== region),
      clockOffsetMs: 1_000_000.25 * (index + 1),
    });
  }

  #link(node: SimulatedNode, peer: SimulatedNode): PeerLink {
    const link = new PeerLink(this.env, this.network, node, peer);
    node.addLink(peer.region, link);
    return link;
  }

  /** One monitor for every replica of a region, and one more for each replica by itself. */
  #createMonitors(): SimulatedMonitor[] {
    return REGIONS.flatMap((region) => {
      const replicas = this.replicas.filter((replica) => replica.region === region);
      const groups = [replicas, ...replicas.map((replica) => [replica])];
      return groups.map(
        (group) => new SimulatedMonitor(this.env, this.network, this.nodeOf(region), group),
      );
    });
  }
}

function explain(answer: WaitAnswer | undefined): string {
  return answer ? `${answer.status} ${JSON.stringify(answer.pending.slice(0, 2))}` : 'not at all';
}
