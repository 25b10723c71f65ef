/**
 * A datastore without positions: each of its keys has a marker, that of the write that it shows.
 *
 *   primary   k1:  –  m1  m4  –  m7        versions of a key, in the primary's order; `–` is absent
 *   replica   k1:  –  m1                   each key by itself, some versions left out
 *
 * Replicas lag, stall and go down. What one has shown it shows again, or something later: without
 * positions nobody could tell that a replica went back (rule 21), nor that the primary did. That is the
 * assumption about the world.
 */
import type { StoreDefinition } from '../../src/core/store-layout.js';
import type { MarkerStorePlan } from './deployment.js';
import type { Environment } from './environment.js';
import type { Replica, Restart, Store, Write } from './write.js';

/** What a key shows that is not there. */
const ABSENT = '';

export class MarkerStore implements Store {
  readonly definition: StoreDefinition;
  readonly replicas: readonly MarkerReplica[];
  /** Key → the marker of each version, oldest first; the first is that of a key that never was. */
  readonly #versions = new Map<string, string[]>();

  constructor(env: Environment, { name, home, replicaCounts }: MarkerStorePlan) {
    const regions = Object.entries(replicaCounts).map(([region, replicaCount]) => ({
      name: region,
      replicas: Array.from(
        { length: replicaCount },
        (_, index) => `${region}-${String(index + 1)}`,
      ),
    }));
    const { branchTtlMs } = env.settings;
    this.definition = { name, home, regions, hasMarkers: true, branchTtlMs };
    this.replicas = regions
      .filter((region) => region.name !== home)
      .flatMap((region) =>
        region.replicas.map((replica) => new MarkerReplica(env, this, region.name, replica)),
      );
  }

  get name(): string {
    return this.definition.name;
  }

  get keys(): readonly string[] {
    return [...this.#versions.keys()];
  }

  readersOf(region: string): readonly MarkerReplica[] {
    return this.replicas.filter((replica) => replica.region === region);
  }

  /** Puts the marker at each key, or deletes it. Returns each key's new version. */
  put(keys: readonly string[], marker: string, isDelete: boolean): ReadonlyMap<string, number> {
    const versions = new Map<string, number>();
    for (const key of keys) {
      const markers = this.#versions.get(key) ?? [ABSENT];
      this.#versions.set(key, markers);
      versions.set(key, markers.push(isDelete ? ABSENT : marker) - 1);
    }
    for (const replica of this.replicas) replica.follow();
    return versions;
  }

  /** A strongly consistent read of one key's marker; `''` when it is absent. */
  read(key: string): string {
    return this.#versions.get(key)?.at(-1) ?? ABSENT;
  }

  markerOf(key: string, version: number): string {
    return this.#versions.get(key)?.[version] ?? ABSENT;
  }

  newestOf(key: string): number {
    return (this.#versions.get(key)?.length ?? 1) - 1;
  }

  /** A key that is absent proves nothing about any write. */
  isLost({ keys }: Write): boolean {
    return keys.some((key) => this.read(key) === ABSENT);
  }

  isUnwritten(): boolean {
    return false;
  }
}

export class MarkerReplica implements Replica {
  readonly store: MarkerStore;
  readonly region: string;
  readonly name: string;
  readonly #env: Environment;
  /** Key → the version that it shows. */
  readonly #shown = new Map<string, number>();
  #isApplying = false;
  #stalledUntilMs = 0;
  #isUp = true;
  #incarnation = 1;

  constructor(env: Environment, store: MarkerStore, region: string, name: string) {
    this.#env = env;
    this.store = store;
    this.region = region;
    this.name = name;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Changes whenever a connection to the replica breaks. */
  get incarnation(): number {
    return this.#incarnation;
  }

  get progress(): string {
    return this.store.keys
      .map((key) => `${key} ${String(this.#versionOf(key))}/${String(this.store.newestOf(key))}`)
      .join(' ');
  }

  /** The marker that the key shows here; `''` when it is absent. */
  read(key: string): string {
    return this.store.markerOf(key, this.#versionOf(key));
  }

  has({ versions }: Write): boolean {
    if (!versions) return false;
    return [...versions].every(([key, version]) => this.#versionOf(key) >= version);
  }

  stall(durationMs: number): void {
    this.#stalledUntilMs = this.#env.nowMs + durationMs;
  }

  resume(): void {
    this.#stalledUntilMs = 0;
  }

  follow(): void {
    if (this.#isApplying || !this.#isUp) return;
    this.#isApplying = true;
    this.#env.soon(this.#env.settings.replicationMs, () => this.#apply());
  }

  /** Goes down for a while; nothing that it had is lost. */
  restart({ downMs }: Restart, onReturn: () => void): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#incarnation++;
    this.#env.after(downMs, () => {
      this.#isUp = true;
      this.#env.say(() => `${this.store.name} ${this.name} is back`);
      onReturn();
      this.follow();
    });
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
    const behind = this.store.keys.filter((key) => this.#versionOf(key) < this.store.newestOf(key));
    if (behind.length === 0) return;
    const key = random.pick(behind);
    const newest = this.store.newestOf(key);
    this.#shown.set(key, Math.min(newest, this.#versionOf(key) + 1 + random.int(3)));
    this.#env.say(() => `${this.store.name} ${this.name} is at ${this.progress}`);
    this.follow();
  }

  #versionOf(key: string): number {
    return this.#shown.get(key) ?? 0;
  }
}
