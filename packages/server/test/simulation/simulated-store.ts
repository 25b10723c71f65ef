/**
 * A datastore with one primary and asynchronous replicas that lag, stall, restart from an older
 * copy, and survive a failover of their primary.
 *
 *   lineage a:  1 2 3 4 5 6          a failover keeps what some replica ever had (here 4);
 *                     └ b: 5' 6'     the rest is lost, and positions 5 and 6 of `a` are cut off
 *
 * Replicas with signals announce each write as they apply it, to whoever listens; some signals get
 * lost (rule 13).
 *
 * Two assumptions, both about the world and not about the protocol: a failover loses only writes
 * that no replica ever showed; and a replica that went down serves reads again only once the node
 * has heard from each of its monitors that it went (`claims`).
 */
import type { PositionOrder } from '@rendezvous/protocol';
import type { StoreDefinition } from '../../src/core/store-layout.js';
import { testOrder } from '../test-node.js';
import type { StorePlan } from './deployment.js';
import type { Environment } from './environment.js';
import { SimulatedIndex } from './simulated-index.js';
import type { Lineage, Replica, Restart, Store, Write } from './write.js';

/** Reading positions is most of what monitors make a node do; each is read once. */
const POSITIONS: PositionOrder = {
  ...testOrder,
  parse: remember((text) => testOrder.parse(text)),
};

/** Those of some datastores lie on no line. */
const SCATTERED_POSITIONS: PositionOrder = {
  parse: (text) => POSITIONS.parse(text),
  relation: (position, watermark) => POSITIONS.relation(position, watermark),
};

export class SimulatedStore implements Store {
  readonly definition: StoreDefinition;
  readonly hasSignals: boolean;
  readonly replicas: readonly SimulatedReplica[];
  /** What of the store is derived, and read by itself. */
  readonly index: SimulatedIndex<Write> | undefined;
  #lineage: Lineage = { name: 'a', log: [], forks: new Map() };
  readonly #lineages: Lineage[] = [this.#lineage];

  constructor(env: Environment, { name, home, replicaCounts, hasSignals, index }: StorePlan) {
    this.index = index === '' ? undefined : new SimulatedIndex(index);
    this.hasSignals = hasSignals;
    const named = Object.entries(replicaCounts).map(([region, replicaCount]) => ({
      name: region,
      replicas: Array.from(
        { length: replicaCount },
        (_, index) => `${region}-${String(index + 1)}`,
      ),
    }));
    const { branchTtlMs } = env.settings;
    const derived = index === '' ? undefined : { name: index, replicas: [] };
    this.definition = {
      name,
      home,
      regions: derived ? [...named, derived] : named,
      order: home === 'eu' ? POSITIONS : SCATTERED_POSITIONS,
      branchTtlMs,
    };
    this.replicas = named
      .filter((region) => region.name !== home)
      .flatMap((region) =>
        region.replicas.map((replica) => new SimulatedReplica(env, this, region.name, replica)),
      );
  }

  get name(): string {
    return this.definition.name;
  }

  get lineage(): Lineage {
    return this.#lineage;
  }

  /** The primary's position now. */
  get position(): { readonly lineage: Lineage; readonly at: number } {
    return { lineage: this.#lineage, at: this.#lineage.log.length };
  }

  /** Where the store can be read in a region, its home apart. */
  readersOf(region: string): readonly (SimulatedReplica | SimulatedIndex<Write>)[] {
    if (this.index?.region === region) return [this.index];
    return this.replicas.filter((replica) => replica.region === region);
  }

  commit(write: Write): void {
    write.at = { lineage: this.#lineage, index: this.#lineage.log.length };
    this.#lineage.log.push(write);
    for (const replica of this.replicas) replica.follow();
  }

  /** Whether a failover cut off the position under which the write was opened. */
  isLost({ position }: Write): boolean {
    if (!position || position.lineage === this.#lineage) return false;
    return position.at > (this.#lineage.forks.get(position.lineage.name) ?? -1);
  }

  isUnwritten({ position }: Write): boolean {
    return position === undefined;
  }

  /** The primary is gone; one of the replicas takes over. Returns how many writes were lost. */
  failOver(): number {
    const old = this.#lineage;
    const kept = Math.max(0, ...this.replicas.map((replica) => replica.highest));
    const forks = [...old.forks].map(([name, at]) => [name, Math.min(at, kept)] as const);
    const name = String.fromCharCode(old.name.charCodeAt(0) + 1);
    this.#lineage = {
      name,
      log: old.log.slice(0, kept),
      forks: new Map([...forks, [old.name, kept]]),
    };
    this.#lineages.push(this.#lineage);
    for (const replica of this.replicas) replica.follow();
    return old.log.length - kept;
  }

  /** Whether a server that is at this position, and no further, shows the write. */
  showsAt(position: string, write: Write): boolean {
    const [name, at] = position.split(/[/;]/);
    const lineage = this.#lineages.find((one) => one.name === name);
    const index = write.at?.index ?? Infinity;
    return index < Number(at) && lineage?.log[index] === write;
  }
}

/** What a monitor told a node about a replica, until the node knows that it is void. */
export interface Claim {
  readonly incarnation: number;
}

const FOLLOW_MS = 300;
const RETURN_RETRY_MS = 20;
/** The share of signals that is not lost: production's is higher. */
const SIGNAL_HEARD = 0.8;

export class SimulatedReplica implements Replica {
  readonly store: SimulatedStore;
  readonly region: string;
  readonly name: string;
  readonly claims: Set<Claim> = new Set<Claim>();
  /** Whoever hears its signals. */
  readonly listeners: Set<(bids: readonly string[]) => void> = new Set<
    (bids: readonly string[]) => void
  >();
  readonly #env: Environment;
  #lineage: Lineage;
  #applied = 0;
  #highest = 0;
  #isApplying = false;
  #stalledUntilMs = 0;
  #isUp = true;
  #incarnation = 1;
  /** By how much the copy that it went back to is older, while monitors still reach it. */
  #backBy: number | undefined;

  constructor(env: Environment, store: SimulatedStore, region: string, name: string) {
    this.#env = env;
    this.store = store;
    this.region = region;
    this.name = name;
    this.#lineage = store.lineage;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** A monitor that is connected still gets answers. */
  get answersMonitors(): boolean {
    return this.#isUp || this.#backBy !== undefined;
  }

  /** Changes whenever a connection to the replica would break. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** How far it is: everything at or below can be read here. */
  get watermark(): string {
    const at = Math.max(0, this.#applied - (this.#backBy ?? 0));
    return positionText({ lineage: this.#lineage, at }, true);
  }

  get progress(): string {
    return this.watermark;
  }

  /** Whether a read here sees the write. A replica that is down keeps what it had. */
  has({ at }: Write): boolean {
    if (!at || at.index >= this.#applied) return false;
    return this.#lineage.log[at.index] === at.lineage.log[at.index];
  }

  /** The most that it ever had: no failover goes below. */
  get highest(): number {
    return this.#highest;
  }

  stall(durationMs: number): void {
    this.#stalledUntilMs = this.#env.nowMs + durationMs;
  }

  resume(): void {
    this.#stalledUntilMs = 0;
    this.#backBy = undefined;
  }

  /** Goes on applying, if there is more. */
  follow(): void {
    if (this.#isApplying) return;
    this.#isApplying = true;
    this.#env.soon(this.#env.settings.replicationMs, () => this.#apply());
  }

  /**
   * Goes down, and comes back from a copy that lacks the newest `lostCount` writes. With `isQuiet` no
   * monitor's connection breaks: a proxy leads it to the older copy at once. Reads come later.
   */
  restart({ lostCount, downMs, isQuiet }: Restart, onReturn: () => void): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#incarnation++;
    this.listeners.clear();
    if (isQuiet && Math.min(lostCount, this.#applied) > 0) this.#backBy = lostCount;
    this.#env.after(downMs, () => this.#return(lostCount, onReturn));
  }

  #return(lostCount: number, onReturn: () => void): void {
    if ([...this.claims].some((claim) => claim.incarnation < this.#incarnation)) {
      this.#env.after(RETURN_RETRY_MS, () => this.#return(lostCount, onReturn));
      return;
    }
    this.#applied = Math.max(0, this.#applied - lostCount);
    this.#backBy = undefined;
    this.#isUp = true;
    this.#env.say(() => `${this.#title} is back, at ${this.watermark}`);
    onReturn();
    this.follow();
  }

  #apply(): void {
    this.#isApplying = false;
    const { nowMs, random } = this.#env;
    if (!this.#isUp) return;
    if (this.#stalledUntilMs > nowMs) {
      this.#isApplying = true;
      this.#env.after(this.#stalledUntilMs - nowMs, () => this.#apply());
      return;
    }
    if (this.#lineage !== this.store.lineage && this.#changesLineage()) return;
    const behind = this.#lineage.log.length - this.#applied;
    if (behind <= 0) return;
    const before = this.#applied;
    this.#applied += Math.min(behind, 1 + random.int(3));
    this.#highest = Math.max(this.#highest, this.#applied);
    this.#env.say(() => `${this.#title} is at ${this.watermark}`);
    this.#signal(this.#lineage.log.slice(before, this.#applied));
    this.follow();
  }

  #signal(writes: readonly Write[]): void {
    if (!this.store.hasSignals) return;
    const heard = writes.filter(() => this.#env.random.chance(SIGNAL_HEARD)).map(({ bid }) => bid);
    if (heard.length === 0) return;
    this.#env.count('signals');
    for (const listener of this.listeners) listener(heard);
  }

  /** Follows the new primary, in its own time. Returns whether that comes later. */
  #changesLineage(): boolean {
    if (this.#env.random.chance(0.5)) {
      this.#isApplying = true;
      this.#env.soon(FOLLOW_MS, () => this.#apply());
      return true;
    }
    this.#lineage = this.store.lineage;
    return false;
  }

  get #title(): string {
    return `${this.store.name} ${this.name}`;
  }
}

function remember<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (!known.has(text)) known.set(text, parse(text));
    return known.get(text) as T;
  };
}

/** A position in the stores' notation; watermarks and barriers carry their history. */
export function positionText(
  { lineage, at }: { readonly lineage: Lineage; readonly at: number },
  withForks = false,
): string {
  const forks = withForks
    ? [...lineage.forks].map(([name, forkedAt]) => `;${name}@${String(forkedAt)}`)
    : [];
  return `${lineage.name}/${String(at)}${forks.join('')}`;
}
